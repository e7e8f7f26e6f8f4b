import { goOn, halt, run } from './deeds.js';
import type { Machine } from './machine.js';
import type { HostName } from './move.js';
import type { Stay, VmProcess } from './vm-process.js';
import type { World } from './world.js';

/** A destination appears, and the source begins to send. */
export const begin = (world: World, machine: Machine, to: HostName): void => {
  const { process: source, destination } = machine;
  if (source === undefined || destination !== undefined || source.isHeld) return;
  const coming = world.newProcess(machine, world.host(to), 'incoming', source.life);
  machine.destination = coming;
  world.agentAt(coming.host)?.tell('incoming', coming);
  source.isSending = true;
  source.hasSent = true;
  source.known.flushed(world.now);
  world.agentAt(source.host)?.tell('outgoing', source);
};

/** All is sent: what is left at the source is a shell, and the guest goes on at the destination, or is held there. */
export const complete = async (
  world: World,
  machine: Machine,
  { downMs, leftFirst = false, held = false }: { downMs: number; leftFirst?: boolean; held?: boolean },
): Promise<void> => {
  const { process: source, destination: coming } = machine;
  if (source === undefined || coming === undefined) return;
  halt(world, source);
  await world.clock.advance(downMs);
  const { agent } = source.host;
  machine.process = coming;
  machine.destination = undefined;
  coming.card = source.card;
  coming.liveCard = machine.losesVlans ? { ...source.card, vlans: [] } : source.liveCard;
  coming.cardChangedAt = source.cardChangedAt;
  coming.isHeld = true;
  // Within one host the entry of the source is that of the destination, too.
  if (coming.host === source.host) world.losesUnwritten(source);
  coming.came = {
    source,
    agent: agent === source.stoppedBefore ? agent : undefined,
    stoppedAt: source.changedAt,
    leftAt: world.now,
  };
  const leave = (): void => {
    source.state = 'migrated-away';
    source.isSending = false;
    world.agentAt(source.host)?.tell('left', source);
  };
  if (leftFirst || held) leave();
  coming.hasReceived = true;
  world.agentAt(coming.host)?.tell('loaded', coming);
  if (!held) goOn(world, machine);
  if (!leftFirst && !held) leave();
};

/** It comes to nothing: the destination is refused and ends, the source goes on. */
export const cancel = async (world: World, machine: Machine, isLate: boolean): Promise<void> => {
  const { process: source, destination: coming } = machine;
  if (source === undefined || coming === undefined) return;
  const wasRunning = source.runs;
  if (isLate) {
    halt(world, source);
    await world.clock.advance(5);
  }
  refuse(world, coming);
  machine.destination = undefined;
  source.isSending = false;
  world.agentAt(source.host)?.failed(source, 'source');
  if (isLate && wasRunning) run(world, source);
};

/** Receiving a guest comes to nothing. */
export const refuse = (world: World, coming: VmProcess): void => {
  world.agentAt(coming.host)?.failed(coming, 'destination');
  world.ends(coming);
};

/** The destination dies, and what is left at the source goes on. */
export const fallBack = (world: World, machine: Machine): void => {
  const { process: gone, destination } = machine;
  const shell = gone?.came?.source;
  if (gone === undefined || destination !== undefined || shell?.state !== 'migrated-away') return;
  world.ends(gone);
  machine.process = shell;
  shell.life.isWatched = false;
  // Its host's entry was superseded, and is removed: only who saw it leave knows it still.
  if (shell.host.agent === gone.came?.agent) shell.known.unwritten(world.now);
  else shell.known.forget();
  run(world, shell, { kind: kindOf(world, gone), awaitedBy: shell.host.agent });
};

/** What the shell of a machine is for, that ends here. */
export const sweep = (world: World, machine: Machine): void => {
  for (const vm of world.vms) {
    if (vm.machine === machine && vm.state === 'migrated-away') world.ends(vm);
  }
};

/** A guest is saved while it runs: told as sent away, and it never stops. */
export const saveRunning = (world: World, { process: vm, destination }: Machine): void => {
  if (vm?.runs !== true || destination !== undefined) return;
  vm.hasSent = true;
  vm.known.flushed(world.now);
  world.agentAt(vm.host)?.tell('outgoing', vm);
  world.agentAt(vm.host)?.tell('left', vm);
};

/** Whether another host has it by the store, may have it in a moment, or never did. */
const kindOf = ({ foreign, entries }: World, gone: VmProcess): Stay['kind'] => {
  if (foreign.size > 0 || gone.life.isCrowded || gone.host === gone.came?.source.host) return 'unclear';
  if (gone.stay === undefined) return 'return';
  return [...entries.values()].some(({ vm }) => vm === gone) ? 'claimed' : 'unclear';
};
