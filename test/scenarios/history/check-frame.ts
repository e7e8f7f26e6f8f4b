import type { StationKey } from '@nic-herald/core';
import type { Agent } from './agent.js';
import { settle } from './settled.js';
import type { VmProcess } from './vm-process.js';
import type { World } from './world.js';

/** Rounds of one announcement. */
const ROUNDS = 5;

/** Holds a frame that leaves against what is true at this very moment. */
export const frameFaults = (world: World, agent: Agent, vm: VmProcess, station: StationKey): void => {
  const { chronicle, now } = world;
  const { machine, stay } = vm;
  const place = `${machine.number}@${vm.host.name}`;
  world.announced.set(place, (world.announced.get(place) ?? new Set()).add(station));
  const at = `${station} at ${vm.id}`;
  if (ownerOf(world, station, vm) !== undefined)
    chronicle.fault('P1', `another's primary MAC was sent: ${at}`);
  if (!mayUse(vm, station)) chronicle.fault('P2', `what it never used since its boot was sent: ${at}`);
  if (!vm.runs || stay === undefined) {
    chronicle.fault('P5', `sent where machine ${machine.number} does not run: ${at}`);
    return;
  }
  if (stay.kind === 'boot') chronicle.fault('P2', `sent for one that was booted here: ${at}`);
  if (stay.kind === 'return') chronicle.fault('P3', `sent for one that nobody else ever had: ${at}`);
  settle(world, vm);
  const mayRepeat = vm.isCrowded || world.foreign.size > 0;
  if (!mayRepeat && stay.settledAt !== undefined && now > stay.settledAt) {
    chronicle.fault('P3', `sent though its round was out by ${stay.settledAt}: ${at}`);
  }
  const counts = stay.sent.get(station) ?? new Map<string, number>();
  const run = `${agent.id}, run ${stay.runs}`;
  const count = (counts.get(run) ?? 0) + 1;
  stay.sent.set(station, counts.set(run, count));
  if (count > ROUNDS) chronicle.fault('P3', `sent ${count} times by ${run}: ${at}`);
};

/** The machine other than that of a process whose primary MAC a station has. */
export const ownerOf = ({ machines }: World, station: StationKey, vm: VmProcess) =>
  machines.find(
    (each) => each.number !== vm.machine.number && each.primaryMacs.some((mac) => station.startsWith(mac)),
  );

/** Whether a station may be announced for the guest of a process. */
export const mayUse = ({ life, machine }: VmProcess, station: StationKey): boolean =>
  life.mayUse(station) || (life.isCrowded && machine.everUsed.has(station));
