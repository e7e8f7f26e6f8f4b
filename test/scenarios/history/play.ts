import type { GuestKey } from '@nic-herald/core';
import { SNAPSHOT_FORMAT } from '@nic-herald/core/internal';
import { endAgent, hostDies, inspect, killAgent, startAgent } from './agents.js';
import { frameFaults } from './check-frame.js';
import { publishedFaults } from './check-published.js';
import { settledFaults } from './check-settled.js';
import { boot, goOn, halt, restore, setCard, shutDown, speak } from './deeds.js';
import type { Machine } from './machine.js';
import { begin, cancel, complete, fallBack, saveRunning, sweep } from './migrating.js';
import { type History, HOSTS, type Move } from './move.js';
import { wordsOf } from './move-words.js';
import { World } from './world.js';

/** After this time, ms, no guest has been silent. */
const LONG_MS = 1000;
/** What is given to a history at its end to come to rest, ms. */
const REST_MS = 15_000;

/** Plays a history, and gives the world as it was at its end, all agents closed. */
export const play = async (history: History): Promise<World> => {
  const world = new World(history, { frame: frameFaults, published: publishedFaults });
  const unhandled = (error: unknown): void => world.chronicle.fault('P7', `nobody handled: ${String(error)}`);
  process.on('unhandledRejection', unhandled);
  try {
    for (const name of history.agents) await startAgent(world, name);
    for (const move of history.moves) {
      world.chronicle.tell(wordsOf(move));
      await act(world, move);
    }
    world.chronicle.tell('rest');
    await pass(world, REST_MS);
    for (const name of HOSTS) await inspect(world, name);
    for (const name of HOSTS) await endAgent(world, name);
    await world.clock.settle();
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  if (world.clock.pending > 0) world.chronicle.fault('P7', `${world.clock.pending} timers are left`);
  return world;
};

const act = async (world: World, move: Move): Promise<void> => {
  if ('machine' in move) return happen(world, world.machine(move.machine), move);
  switch (move.do) {
    case 'pass':
      return pass(world, move.ms);
    case 'start':
      return startAgent(world, move.host);
    case 'kill':
      return killAgent(world, move.host);
    case 'end':
      return endAgent(world, move.host);
    case 'die':
      return hostDies(world, move.host);
    case 'inspect':
      return inspect(world, move.host);
  }
};

const happen = async (
  world: World,
  machine: Machine,
  move: Extract<Move, { machine: unknown }>,
): Promise<void> => {
  switch (move.do) {
    case 'boot':
      return boot(world, machine, move.host, move.held ?? false);
    case 'restore':
      return restore(world, machine, move.host);
    case 'begin':
      return begin(world, machine, move.to);
    case 'complete':
      return complete(world, machine, move);
    case 'cancel':
    case 'cancelLate':
      return cancel(world, machine, move.do === 'cancelLate');
    case 'fallBack':
      return fallBack(world, machine);
    case 'sweep':
      return sweep(world, machine);
    case 'snapshot':
      return saveRunning(world, machine);
    case 'pause':
      return machine.process === undefined ? undefined : halt(world, machine.process);
    case 'resume':
      return goOn(world, machine);
    case 'shutDown':
      return shutDown(world, machine);
    case 'card':
      return setCard(world, machine, machine.cardOf(move.bits));
    case 'speak': {
      const station = machine.quiet[move.station];
      return station === undefined ? undefined : speak(world, machine, station);
    }
    case 'foreign':
      return foreign(world, machine, move);
  }
};

/** Every guest that runs speaks in any longer time. */
const pass = async (world: World, ms: number): Promise<void> => {
  if (ms >= LONG_MS) for (const machine of world.machines) speak(world, machine, machine.primary);
  await world.clock.advance(ms);
  settledFaults(world);
};

/** A host that nobody knows writes of a machine. */
const foreign = async (
  world: World,
  { key, primaryMacs: [primaryMac] }: Machine,
  { epoch, isStamped }: Extract<Move, { do: 'foreign' }>,
): Promise<void> => {
  if (primaryMac === undefined || world.foreign.has(key)) return;
  world.foreign.add(key);
  await world.store.publish({
    format: SNAPSHOT_FORMAT,
    guest: key satisfies GuestKey,
    host: 'Z',
    epoch,
    nics: [{ id: 'nic0', primaryMac, model: 'primary-mac', learned: [] }],
    ...(isStamped ? { writtenAt: world.clock.now() } : {}),
  });
};
