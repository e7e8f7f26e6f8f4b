import { type Guest, HeraldError, headOf, type Snapshot } from '@nic-herald/core';
import { MAX_GUEST_NAME } from '@nic-herald/core/internal';
import type { EngineServices } from '../engine/engine-services.js';
import type { GuestWarnings } from '../engine/guest-warnings.js';
import type { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import { fitSnapshot } from './fit-snapshot.js';
import type { GuestStores } from './guest-stores.js';
import { PublisherSet } from './publisher-set.js';
import { SnapshotPublisher } from './snapshot-publisher.js';
import type { StoreAccess } from './store-access.js';

/** What a guest's snapshots are made of. */
export interface GuestPublisherParts {
  readonly guest: Guest;
  readonly stores: GuestStores;
  readonly knowledge: GuestKnowledge;
  readonly warnings: GuestWarnings;
  /** What to say of where the guest stands; absent while this host has nothing to say of it. */
  readonly standing: () => Pick<Snapshot, 'epoch' | 'residence'> | undefined;
  /** When the guest moved last, see `Snapshot.moves`. */
  readonly moves: () => readonly number[];
  /** Whether what could not be published may still be, though there is nothing to say any more. */
  readonly mayRepeat: () => boolean;
  /** How long readers believe what is not written anew, ms. */
  readonly maxAgeMs: () => number;
}

/** A snapshot is written so many times within the time for which it is believed. */
const WRITES_PER_AGE = 3;

/** The publishers of a guest's snapshots; none for a guest without a key, or a host without a hand-off. */
export const guestPublisher = (
  parts: GuestPublisherParts,
  {
    clock,
    host,
    agent,
    bus,
    hostTwins,
    publishing,
  }: Pick<EngineServices, 'clock' | 'host' | 'agent' | 'bus' | 'hostTwins' | 'publishing'>,
): PublisherSet | undefined => {
  const { guest, stores, knowledge, warnings, standing, moves, mayRepeat, maxAgeMs } = parts;
  const { all, key } = stores;
  if (key === undefined || all.length === 0) return undefined;
  const snapshot = (now: Pick<Snapshot, 'epoch' | 'residence'>): Snapshot | undefined => {
    const known = moves();
    return knowledge.snapshot({
      guest: key,
      host,
      ...now,
      writtenAt: clock.now(),
      writer: { agent },
      ...(guest.process === undefined ? {} : { process: guest.process }),
      ...(guest.origin === undefined ? {} : { origin: guest.origin }),
      ...(known.length === 0 ? {} : { moves: known }),
    });
  };
  const publish = async (store: StoreAccess, whole: Snapshot): Promise<boolean> => {
    const { snapshot: fitted, leftOut } = fitSnapshot(whole, store.maxEntryBytes);
    const isServed = await stores.publish(store, fitted);
    if (isServed && leftOut > 0) warnings.tell(cut(store));
    return isServed;
  };
  const refreshMs = (): number => maxAgeMs() / WRITES_PER_AGE;
  const publisherOf = (store: StoreAccess, set: PublisherSet): SnapshotPublisher =>
    new SnapshotPublisher({
      clock,
      turns: publishing,
      restMs: store.restMs,
      publish: (whole) => publish(store, whole),
      onConnected: (connected) => store.onConnected(connected),
      current: () => set.current(),
      lastWords: () => set.lastWords(),
      refreshMs,
      refresh: () => void hostTwins.look().then(() => set.request(0)),
      published: (published) => {
        for (const { id, foreign = [] } of published.nics)
          for (const mac of foreign) warnings.tell(taken(id, mac));
        bus.emit('snapshot:published', { guest, head: headOf(published), store: store.name });
      },
      failed: (problem) => warnings.tell(problem),
    });
  return new PublisherSet({ clock, standing, snapshot, refreshMs, mayRepeat }, (set) =>
    all.map((store) => publisherOf(store, set)),
  );
};

const cut = ({ name, maxEntryBytes }: StoreAccess): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_CUT',
    `the hand-off store ${name} takes at most ${maxEntryBytes} bytes of a guest: of the stations that it was seen to use, those unseen for longest are not handed over; raise the store's bound, or lower what is learned per NIC`,
    { details: { store: name, maxBytes: maxEntryBytes } },
  );

const taken = (nic: string, mac: string): HeraldError =>
  new HeraldError(
    'HERALD_STATION_FOREIGN',
    `${nic}: the guest uses ${mac}, which is another guest's primary MAC; it will not be announced for this one`,
    { details: { nic, mac } },
  );

/** Why a guest without a key has no publisher. */
export const unnamed = (guest: Guest): HeraldError =>
  new HeraldError(
    'HERALD_GUEST_UNNAMED',
    `a guest (${guest.instance}) has neither a UUID nor a name of 1 to ${MAX_GUEST_NAME} characters: what is known of it cannot be handed over; start it with -uuid, or with -name and a name that is no longer`,
  );
