import { isHeraldError } from '@nic-herald/core';
import { contractBroken, demand, inWords } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { HandoffUse, type OpenedHandoff, WEB } from './handoff-use.js';
import { outcomeOf } from './outcome.js';
import { sampleMacs, sampleSnapshot } from './sample-snapshot.js';
import { Signpost } from './signpost.js';

/** A hand-off that was started while it cannot be reached. */
export interface DisconnectedHandoff extends OpenedHandoff {
  /** Makes it reachable. */
  readonly connect: () => Promise<void>;
}

/** That a store which starts disconnected says so, and tells when it is there. */
export const disconnectedCase = (
  open: (() => Promise<DisconnectedHandoff>) | undefined,
  limitMs: number,
  noDisconnect: string,
): ContractCase => ({
  name: 'may start before it can be reached: calls fail until it tells that it is there',
  ...(open === undefined ? { skip: noDisconnect } : {}),
  run: async () => {
    if (open === undefined) throw contractBroken(noDisconnect);
    const opened = await open();
    try {
      await tried(opened, limitMs);
    } finally {
      await opened.close();
    }
  },
});

const tried = async (opened: DisconnectedHandoff, limitMs: number): Promise<void> => {
  const { store } = opened;
  const use = new HandoffUse(opened, limitMs);
  const connected = new Signpost(limitMs);
  const stop = store.onConnected?.(() => connected.tell());
  if (stop === undefined) throw contractBroken('a store that may start disconnected has `onConnected`');
  const unwatch = store.watch(WEB, () => {});
  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['publish', () => store.publish(sampleSnapshot(WEB, 'A', 1), use.options)],
    ['fetch', () => store.fetch(WEB, use.options)],
    ['ownersOf', () => store.ownersOf(sampleMacs(1), use.options)],
    ['ofHost', () => store.ofHost('A', use.options)],
    ['remove', () => store.remove(WEB, 'A', use.options)],
  ];
  for (const [name, call] of calls) {
    const outcome = await outcomeOf(
      call,
      limitMs,
      `\`${name}\` of a store that cannot be reached did not end`,
    );
    demand(
      'thrown' in outcome && isHeraldError(outcome.thrown),
      `\`${name}\` of a store that cannot be reached ${'thrown' in outcome ? `failed with ${inWords(outcome.thrown)}` : 'ended well'}: ` +
        'a HeraldError is wanted',
    );
  }
  demand(connected.count === 0, '`onConnected` told before the store could be reached');
  await opened.connect();
  await connected.next('`onConnected` did not tell that the store can be reached');
  await use.publish(sampleSnapshot(WEB, 'A', 1));
  use.same(await use.fetch(WEB), [sampleSnapshot(WEB, 'A', 1)], 'after the store could be reached');
  unwatch();
  stop();
};
