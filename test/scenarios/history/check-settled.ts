import { DEFAULT_GUEST_POLICY, type StationKey, stationKey } from '@nic-herald/core';
import { VIRTUAL } from './machine-traits.js';
import { attendedSince } from './settled.js';
import type { Stay, VmProcess } from './vm-process.js';
import type { World } from './world.js';

const MAX_AGE_MS = DEFAULT_GUEST_POLICY.learnedMaxAgeMs;
/** What is this much younger than too old, ms, must be announced. */
const MARGIN_MS = 20_000;
/** After this time with an agent and with its CPUs running, ms, all of a guest must have been announced. */
const SETTLED_MS = 10_000;
/** After this time, ms, what was known before a guest came must have been announced. */
const PLAN_OUT_MS = 2000;
/** What a card was given less than this before the guest stopped, ms, its host may not have read. */
const READ_WITHIN_MS = 1000;
/** How long a destination waits at least, ms, until all that the source said as it began to send lies ready. */
const ARMED_WITHIN_MS = 2000;
/** How long what is written takes to lie ready at the destination, ms. */
const REARMED_WITHIN_MS = 500;

/** Holds what was announced of every guest that runs against what must have been. */
export const settledFaults = (world: World): void => {
  for (const { process: vm } of world.machines) {
    const since = vm && attendedSince(vm);
    if (vm?.stay === undefined || since === undefined) continue;
    if (world.now >= since + SETTLED_MS) roundFaults(world, vm, vm.stay);
    if (world.now >= since + PLAN_OUT_MS) planFaults(world, vm, vm.stay);
  }
};

/** P3: all that it has, and that an agent knew, was announced since it came. */
const roundFaults = (world: World, vm: VmProcess, stay: Stay): void => {
  const { agent } = vm.host;
  if (vm.isStranger && stay.awaitedBy !== agent) return;
  const isArrival = stay.kind === 'arrival' || (stay.kind === 'claimed' && stay.awaitedBy === agent);
  if (!isArrival) return;
  const now = new Set(vm.machine.stationsOf(vm.card));
  const card = cardOf(stay).filter((station) => now.has(station));
  missing(stay, card).forEach((station) => {
    world.chronicle.fault('P3', `${station} of its card was not announced at ${vm.id}`);
  });
  for (const [station, spokenAt] of learnedFor(stay)) {
    if (isShared(world, vm, station)) continue;
    if (stay.sent.has(station)) vm.known.inherited(station, spokenAt, world.now);
    else world.chronicle.fault('P3', `${station}, seen at ${spokenAt}, was not announced at ${vm.id}`);
  }
};

/** P4: agents that ran all the time leave out nothing. */
const planFaults = (world: World, vm: VmProcess, stay: Stay): void => {
  const { departure } = stay;
  const isWatched = stay.isWatched && vm.life.isWatched && vm.changedAt === stay.since;
  if (stay.kind !== 'arrival' || departure === undefined || !isWatched) return;
  for (const station of missing(
    stay,
    watchedOf(world, stay, (_, spokenAt) => spokenAt < departure.stoppedAt),
  )) {
    world.chronicle.fault('P4', `${station} was left out at ${vm.id}`);
  }
};

/** P4, at the very RESUME: what was written down a while before leaves with it. To be called in its turn. */
export const firstFrameFaults = (world: World, vm: VmProcess): void => {
  const { stay } = vm;
  if (world.isSlow || stay?.departure === undefined || !stay.isWatched || stay.awaitedBy !== vm.host.agent)
    return;
  const areOthersComing = world.on(vm.host).some(({ state }) => state === 'incoming');
  if (areOthersComing || world.clock.now() - vm.startedAt < ARMED_WITHIN_MS) return; // they share this turn
  const { source } = stay.departure;
  const sure = sureOf(source);
  const isHanded = (station: StationKey, spokenAt: number): boolean =>
    wasWritten(source, sure, station, spokenAt, world.now - REARMED_WITHIN_MS);
  for (const station of missing(stay, watchedOf(world, stay, isHanded))) {
    world.chronicle.fault('P4', `${station} did not leave at the RESUME of ${vm.id}`);
  }
};

const sureOf = ({ known }: VmProcess): ReadonlyMap<StationKey, number> =>
  new Map(known.entries().map(([station, { sureAt }]) => [station, sureAt]));

/** Whether what was seen at a source, or before it was there, was written down by then. */
const wasWritten = (
  { stay }: VmProcess,
  sure: ReadonlyMap<StationKey, number>,
  station: StationKey,
  spokenAt: number,
  by: number,
): boolean => spokenAt < (stay?.since ?? 0) || (sure.get(station) ?? Number.POSITIVE_INFINITY) <= by;

/** What its card held when it came, as far as anybody can know: VLANs that it lost and changed last were not read. */
const cardOf = (stay: Stay): readonly StationKey[] => {
  const { machine } = stay.process;
  const isKnown = !machine.losesVlans || (stay.isWatched && isCardRead(stay));
  return machine.stationsOf(isKnown ? stay.card : { ...stay.card, vlans: [] });
};

const isCardRead = ({ cardChangedAt, departure, since }: Stay): boolean =>
  cardChangedAt + READ_WITHIN_MS <= (departure?.stoppedAt ?? since);

/** What agents that were always there know of it: of its stations those that are `handed`. */
const watchedOf = (
  world: World,
  stay: Stay,
  isHanded: (station: StationKey, spokenAt: number) => boolean,
): readonly StationKey[] => {
  const { process: vm, since } = stay;
  const spoken = [...vm.life.spoken]
    .filter(([station, at]) => isHanded(station, at) && at >= since - MAX_AGE_MS + MARGIN_MS)
    .flatMap(([station]) => (isShared(world, vm, station) ? [] : [station]));
  return [...(isCardRead(stay) ? cardOf(stay) : []), ...spoken];
};

/** What agents must have known of its stations where it was before, and when they were seen. */
const learnedFor = (stay: Stay): readonly (readonly [StationKey, number])[] => {
  const { process: vm, departure, awaitedBy, since } = stay;
  const { agent } = vm.host;
  if (agent === undefined || vm.isCrowded) return [];
  const { source } = departure ?? { source: stay.kind === 'claimed' ? vm : undefined };
  if (source === undefined || source.isCrowded) return [];
  const wasAwaited = awaitedBy === agent;
  // What is leaving does not age on its way; anything else does until it is read.
  const readAt = wasAwaited
    ? departure?.agent === undefined
      ? since
      : departure.leftAt
    : agent.startedAt + 5000;
  const isHeardLate = wasAwaited && source.host !== vm.host;
  return source.known
    .entries()
    .filter(([, { sureAt }]) => sureAt <= (wasAwaited ? since : agent.startedAt) || isHeardLate)
    .filter(([, { spokenAt }]) => spokenAt < since && spokenAt >= readAt - MAX_AGE_MS + MARGIN_MS)
    .map(([station, { spokenAt }]) => [station, spokenAt]);
};

const missing = ({ sent }: Stay, wanted: readonly StationKey[]): readonly StationKey[] =>
  wanted.filter((station) => !sent.has(station));

/** Another machine has used it as well: it may be left out. */
const isShared = ({ machines }: World, { machine }: VmProcess, station: StationKey): boolean =>
  station === stationKey(VIRTUAL) && machines.some((each) => each !== machine && each.everUsed.has(station));
