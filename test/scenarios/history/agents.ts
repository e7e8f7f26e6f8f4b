import { stationKey } from '@nic-herald/core';
import { mayUse, ownerOf } from './check-frame.js';
import { refuse } from './migrating.js';
import type { HostName } from './move.js';
import { settle } from './settled.js';
import type { World } from './world.js';
import type { WorldHost } from './world-host.js';

/** How long an agent may take to write down what it saw when a guest stopped, ms. */
const LAST_WORDS_MS = 1000;
/** How long an agent may take to do what it is asked, ms. */
const ANSWERS_WITHIN_MS = 30_000;

export const startAgent = async (world: World, name: HostName): Promise<void> => {
  const host = world.host(name);
  if (host.agent !== undefined) return;
  const agent = world.newAgent(host);
  world.chronicle.tell(`  ${agent.id} starts`);
  for (const vm of world.on(host)) {
    const isTold = [...world.entries.values()].some((entry) => entry.vm.machine === vm.machine);
    if (!isTold) vm.isStranger = true;
  }
  await agent.start(world.on(host));
};

export const killAgent = (world: World, name: HostName): void => {
  const agent = world.agentAt(world.host(name));
  if (agent === undefined) return;
  lose(world, world.host(name));
  agent.kill();
};

export const endAgent = async (world: World, name: HostName): Promise<void> => {
  const agent = world.agentAt(world.host(name));
  if (agent === undefined) return;
  lose(world, world.host(name));
  const isEnding = agent.end();
  if (!(await world.clock.advanceUntil(() => agent.hasEnded, ANSWERS_WITHIN_MS))) {
    return world.chronicle.fault('P7', `${agent.id} does not end`);
  }
  await isEnding;
  await world.clock.advance(0); // facts that are told at the end of the turn
  const { pendingTimers } = agent;
  if (pendingTimers > 0) world.chronicle.fault('P7', `${agent.id} leaves ${pendingTimers} timers behind`);
  agent.kill();
};

/** A host dies with all that is on it. */
export const hostDies = (world: World, name: HostName): void => {
  const host = world.host(name);
  killAgent(world, name);
  for (const machine of world.machines) {
    const { process, destination } = machine;
    if (process?.host === host) {
      machine.lastCard = process.card;
      machine.process = undefined;
      machine.destination = undefined;
      if (destination !== undefined && destination.host !== host) refuse(world, destination);
    } else if (process !== undefined && destination?.host === host) {
      machine.destination = undefined;
      process.isSending = false;
      world.agentAt(process.host)?.failed(process, 'source');
    }
  }
  for (const vm of world.on(host)) vm.state = 'gone';
  host.reboot();
};

/** An operator looks at all guests of a host: no plan may say what no frame may. */
export const inspect = async (world: World, name: HostName): Promise<void> => {
  const agent = world.agentAt(world.host(name));
  if (agent === undefined) return;
  const looks = agent.inspections();
  const all = Promise.all(looks.map(({ inspection }) => inspection));
  let isDone = false;
  const done = all.then(() => {
    isDone = true;
  });
  if (!(await world.clock.advanceUntil(() => isDone, ANSWERS_WITHIN_MS))) {
    return world.chronicle.fault('P7', `${agent.id} does not answer`);
  }
  await done;
  for (const [index, { nics }] of (await all).entries()) {
    const vm = looks[index]?.vm;
    for (const { plan } of nics) {
      for (const { station } of plan.announcements) {
        const key = stationKey(station);
        if (vm === undefined) continue;
        if (ownerOf(world, key, vm))
          world.chronicle.fault('P1', `another's primary MAC is planned: ${key} at ${vm.id}`);
        if (!mayUse(vm, key))
          world.chronicle.fault('P2', `what it never used is planned: ${key} at ${vm.id}`);
      }
    }
  }
};

/** What was known on a host and not written down is lost. */
const lose = (world: World, host: WorldHost): void => {
  const { now, vms, machines } = world;
  for (const vm of vms) {
    if (vm.host !== host) continue;
    settle(world, vm);
    vm.known.loseUnwritten(now);
  }
  for (const { process, destination, life } of machines) {
    const source = process?.came;
    const isTouched =
      process?.host === host ||
      destination?.host === host ||
      (source?.source.host === host && now < source.stoppedAt + LAST_WORDS_MS);
    if (isTouched && life !== undefined) life.isWatched = false;
  }
  host.agent = undefined;
};
