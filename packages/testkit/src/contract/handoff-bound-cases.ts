import { isHeraldError, LEAST_ENTRY_BYTES, type Snapshot } from '@nic-herald/core';
import { demand, inWords } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { type UsingHandoff, WEB } from './handoff-use.js';
import { outcomeOf } from './outcome.js';
import { sampleSnapshot } from './sample-snapshot.js';

/** A bound above this is not tried out, bytes. */
const MOST_TRIED = 8 * 1024 * 1024;
const MAX_NAME = 64;

/** What a store says of itself, and how much it takes. */
export const handoffBoundCases = (using: UsingHandoff): readonly ContractCase[] => [
  using('has a name, and a bound that leaves room for any guest', async ({ opened: { store } }) => {
    demand(
      typeof store.name === 'string' && store.name !== '' && store.name.length <= MAX_NAME,
      `\`name\` is ${String(store.name).slice(0, 80)}: a text of 1 to ${MAX_NAME} characters is wanted`,
    );
    demand(
      Number.isSafeInteger(store.maxEntryBytes) && store.maxEntryBytes >= LEAST_ENTRY_BYTES,
      `\`maxEntryBytes\` is ${String(store.maxEntryBytes)}: a whole number from ${LEAST_ENTRY_BYTES} is wanted`,
    );
  }),
  using('takes entries up to its bound, and keeps the old one where it takes no more', async (use) => {
    const { store } = use.opened;
    if (store.maxEntryBytes > MOST_TRIED) return;
    const whole = ofBytes(sampleSnapshot(WEB, 'A', 1), store.maxEntryBytes);
    await use.publish(whole);
    use.same(await use.fetch(WEB), [whole], `after a snapshot of ${store.maxEntryBytes} bytes was published`);
    const larger = ofBytes(sampleSnapshot(WEB, 'A', 2), store.maxEntryBytes + 1024);
    const outcome = await outcomeOf(
      () => store.publish(larger, use.options),
      use.limitMs,
      '`publish` of a snapshot above the bound did not end',
    );
    if ('thrown' in outcome) {
      demand(
        isHeraldError(outcome.thrown),
        `\`publish\` of a snapshot above the bound failed with ${inWords(outcome.thrown)}: a HeraldError is wanted`,
      );
    }
    const stands = 'thrown' in outcome ? whole : larger;
    use.same(await use.fetch(WEB), [stands], 'after a snapshot above the bound was published');
  }),
];

/** The snapshot with a state that makes it so many bytes of JSON. */
const ofBytes = (snapshot: Snapshot, bytes: number): Snapshot => {
  const [nic] = snapshot.nics;
  if (nic === undefined) return snapshot;
  const filled = (length: number): Snapshot => ({
    ...snapshot,
    nics: [{ ...nic, state: { text: 'x'.repeat(length) } }],
  });
  return filled(bytes - Buffer.byteLength(JSON.stringify(filled(0))));
};
