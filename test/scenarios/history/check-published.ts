import type { Snapshot } from '@nic-herald/core';
import type { VmProcess } from './vm-process.js';
import type { World } from './world.js';

/** Holds what an agent writes against what else the store has of the machine's life, and takes it down. */
export const publishedFaults = (
  { chronicle, entries, machines }: World,
  vm: VmProcess,
  snapshot: Snapshot,
): void => {
  const { life, machine } = vm;
  const { epoch, guest, host } = snapshot;
  const before = [...entries.values()].filter((entry) => entry.vm.life === life).map((entry) => entry.epoch);
  const highest = Math.max(0, ...before);
  const isLast = machines[machine.number]?.process === vm; // what the source still says of its own epoch is no step back
  if (!Number.isSafeInteger(epoch)) chronicle.fault('P6', `${vm.id} has epoch ${epoch}`);
  if (epoch < highest && isLast && !life.isCrowded) {
    chronicle.fault('P6', `${vm.id} has epoch ${epoch}, after ${highest}`);
  }
  entries.set(`${guest} ${host}`, { vm, epoch });
  if (vm.origin === 'boot') life.isWitnessed();
};
