import { type Station, stationKey } from '@nic-herald/core';
import type { CardContent } from './card-content.js';
import { firstFrameFaults } from './check-settled.js';
import type { Machine } from './machine.js';
import type { HostName } from './move.js';
import { settle } from './settled.js';
import type { Stay, VmProcess } from './vm-process.js';
import type { World } from './world.js';

/** A guest's CPUs begin to run; `stay` where that is how it came. */
export const run = (
  world: World,
  vm: VmProcess,
  stay?: Pick<Stay, 'kind' | 'departure' | 'awaitedBy'>,
): void => {
  const { life, card, cardChangedAt } = vm;
  vm.state = 'running';
  vm.changedAt = world.now;
  if (stay !== undefined) {
    vm.stay = {
      ...stay,
      process: vm,
      since: world.now,
      card,
      cardChangedAt,
      isWatched: life.isWatched,
      sent: new Map(),
      runs: 0,
    };
  }
  if (vm.stay !== undefined) vm.stay.runs += 1;
  world.agentAt(vm.host)?.resumed(vm);
};

/** A guest's CPUs stop. */
export const halt = (world: World, vm: VmProcess): void => {
  if (!vm.runs) return;
  settle(world, vm);
  vm.state = 'paused';
  vm.changedAt = world.now;
  vm.stoppedBefore = vm.host.agent;
  vm.known.flushed(world.now);
  world.agentAt(vm.host)?.tell('stopped', vm);
};

/** A machine that is off is started. */
export const boot = (world: World, machine: Machine, name: HostName, held: boolean): void => {
  if (machine.process !== undefined) return;
  const vm = world.newProcess(machine, world.host(name), 'boot');
  machine.life = vm.life;
  machine.process = vm;
  vm.life.lists(vm.card);
  if (held) vm.isHeld = true;
  else run(world, vm, { kind: 'boot' });
};

/** A machine that is off is waited for, to come out of a file; it comes with `resume`. */
export const restore = (world: World, machine: Machine, name: HostName): void => {
  if (machine.process !== undefined) return;
  const vm = world.newProcess(machine, world.host(name), 'incoming', machine.life);
  vm.life.isWatched = false;
  machine.life = vm.life;
  machine.process = vm;
  vm.life.lists(vm.card);
  vm.isHeld = true;
};

/** A guest that is paused goes on; one that is held comes. */
export const goOn = (world: World, machine: Machine): void => {
  const vm = machine.process;
  if (vm === undefined || vm.runs || machine.destination !== undefined) return;
  const { isHeld, came } = vm;
  vm.isHeld = false;
  if (!isHeld) run(world, vm);
  else if (vm.origin === 'boot') run(world, vm, { kind: 'boot' });
  else {
    vm.hasReceived = true;
    run(world, vm, { kind: 'arrival', awaitedBy: vm.awaitedBy, ...(came && { departure: came }) });
    firstFrameFaults(world, vm);
  }
};

/** A machine is switched off. */
export const shutDown = (world: World, machine: Machine): void => {
  const { process, destination } = machine;
  if (process !== undefined) machine.lastCard = process.card;
  for (const vm of [destination, process]) if (vm !== undefined) world.ends(vm);
  machine.process = undefined;
  machine.destination = undefined;
};

/** A guest gives its card other MACs and VLANs. */
export const setCard = (world: World, { process: vm }: Machine, card: CardContent): void => {
  if (vm?.runs !== true) return;
  vm.card = card;
  vm.liveCard = card;
  vm.cardChangedAt = world.now;
  vm.life.lists(card);
  world.agentAt(vm.host)?.changed(vm);
};

/** A guest sends a frame from a station. */
export const speak = (world: World, { process: vm }: Machine, station: Station): void => {
  if (vm?.runs !== true) return;
  const key = stationKey(station);
  vm.life.uses(key);
  if (world.agentAt(vm.host)?.hears(vm, station) !== true) return;
  vm.life.spoken.set(key, world.now);
  if (!vm.isCrowded) vm.known.seen(key, world.now);
};
