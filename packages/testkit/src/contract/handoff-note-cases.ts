import { isDeepStrictEqual } from 'node:util';
import {
  type HandoffNote,
  type HandoffNotes,
  isHeraldError,
  MAX_NOTE_BYTES,
  MAX_NOTES_PER_GUEST,
} from '@nic-herald/core';
import { demand, inWords, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { DB, type HandoffUse, type UsingHandoff, WEB } from './handoff-use.js';
import { mustEnd, outcomeOf } from './outcome.js';
import { sampleSnapshot } from './sample-snapshot.js';
import { Signpost } from './signpost.js';

const noteOf = (over: Partial<HandoffNote> = {}): HandoffNote => ({
  host: 'A',
  kind: 'seen',
  writtenAt: 1_700_000_000_000,
  body: { macs: ['52:54:00:00:00:01'], text: 'ä\n"', none: null },
  ...over,
});

/** The notes of a store, for the writer and for the reader; absent where it has none, which is allowed. */
type Noted = (
  run: (
    notes: { readonly writer: HandoffNotes; readonly reader: HandoffNotes },
    use: HandoffUse,
  ) => Promise<void>,
) => (use: HandoffUse) => Promise<void>;

const noted: Noted = (run) => async (use) => {
  const [writer, reader] = [use.opened.store.notes, use.store.notes];
  if (writer === undefined || reader === undefined) return;
  await run({ writer, reader }, use);
};

const put = (use: HandoffUse, notes: HandoffNotes, note: HandoffNote, guest = WEB): Promise<void> =>
  mustEnd(() => notes.put(guest, note, use.options), use.limitMs, '`notes.put`');

const read = (use: HandoffUse, notes: HandoffNotes, guest = WEB): Promise<readonly HandoffNote[]> =>
  mustEnd(() => notes.read(guest, use.options), use.limitMs, '`notes.read`');

const same = (got: readonly HandoffNote[], wanted: readonly HandoffNote[], when: string): void =>
  demand(
    isDeepStrictEqual(got, wanted),
    `\`notes.read\` gave ${quote(got)} ${when}: ${wanted.length} notes are wanted, as they were put and in the order of ` +
      '`writtenAt`',
  );

/** Notes beside entries; a store without `notes` passes. */
export const handoffNoteCases = (using: UsingHandoff): readonly ContractCase[] => [
  using(
    'gives every host the notes of a guest, as they were put, and no other entry for them',
    noted(async ({ writer, reader }, use) => {
      same(await read(use, reader), [], 'where none was put');
      await use.publish(sampleSnapshot(WEB, 'A', 1));
      const notes = [
        noteOf({ writtenAt: 1 }),
        noteOf({ writtenAt: 2, host: '../b', body: null }),
        noteOf({ writtenAt: 3, kind: 'other-1', body: [1.5, true] }),
      ];
      for (const note of notes.toReversed()) await put(use, writer, note);
      same(await read(use, reader), notes, 'after three were put');
      same(await read(use, reader, DB), [], 'of another guest');
      use.same(await use.fetch(WEB), [sampleSnapshot(WEB, 'A', 1)], 'beside three notes');
      demand((await use.ofHost('A')).length === 1, '`ofHost` gave more than the one entry beside notes');
    }),
  ),
  using(
    'replaces the note of the same host, kind and time, and keeps others',
    noted(async ({ writer, reader }, use) => {
      const others = [noteOf({ host: 'B' }), noteOf({ kind: 'other' })];
      for (const note of [noteOf({ body: 1 }), ...others, noteOf({ body: 2 })]) await put(use, writer, note);
      const got = (await read(use, reader)).map(({ host, kind, body }) => `${host} ${kind} ${quote(body)}`);
      const wanted = [noteOf({ body: 2 }), ...others].map(
        ({ host, kind, body }) => `${host} ${kind} ${quote(body)}`,
      );
      demand(
        got.length === wanted.length && isDeepStrictEqual(new Set(got), new Set(wanted)),
        `\`notes.read\` gave ${quote(got)}: ${quote(wanted)} are wanted, in any order`,
      );
    }),
  ),
  using(
    'takes notes of as many bytes as may be, and no larger one',
    noted(async ({ writer, reader }, use) => {
      const frame = Buffer.byteLength(JSON.stringify(noteOf({ body: '' })));
      const largest = noteOf({ body: 'x'.repeat(MAX_NOTE_BYTES - frame) });
      await put(use, writer, largest);
      for (const body of ['x'.repeat(MAX_NOTE_BYTES), 1n]) {
        const outcome = await outcomeOf(
          () => writer.put(WEB, noteOf({ writtenAt: 9, body }), use.options),
          use.limitMs,
          '`notes.put` did not end',
        );
        demand(
          'thrown' in outcome && isHeraldError(outcome.thrown),
          `\`notes.put\` of what is no note ${'thrown' in outcome ? `failed with ${inWords(outcome.thrown)}` : 'ended well'}: ` +
            'HERALD_HANDOFF_NOTE is wanted, see `encodeNote`',
        );
      }
      same(await read(use, reader), [largest], 'after one that is too large was put');
    }),
  ),
  using(
    'makes room by the oldest notes',
    noted(async ({ writer, reader }, use) => {
      const notes = Array.from({ length: MAX_NOTES_PER_GUEST + 3 }, (_, writtenAt) => noteOf({ writtenAt }));
      for (const note of notes) await put(use, writer, note);
      same(await read(use, reader), notes.slice(3), `after ${notes.length} were put`);
    }),
  ),
  using(
    'tells watchers of a note, and lets notes go with the last entry of their guest',
    noted(async ({ writer, reader }, use) => {
      for (const host of ['A', 'B']) await use.publish(sampleSnapshot(WEB, host, 1));
      const told = new Signpost(use.limitMs);
      const stop = use.store.watch(WEB, () => told.tell());
      await use.quiet(told);
      await put(use, writer, noteOf());
      await told.next('a watcher was not told that a note was put');
      stop();
      await use.remove(WEB, 'A');
      same(
        await read(use, reader),
        [noteOf()],
        "after the note's writer removed its entry, and another's is there",
      );
      await use.remove(WEB, 'B');
      same(await read(use, reader), [], 'after the last entry of the guest was removed');
    }),
  ),
  using(
    'ends calls about notes when it is told to',
    noted(async ({ writer, reader }, use) => {
      const signal = AbortSignal.abort();
      for (const [name, call] of [
        ['put', () => writer.put(WEB, noteOf(), { signal })],
        ['read', () => reader.read(WEB, { signal })],
      ] as const) {
        await outcomeOf<unknown>(
          call,
          use.limitMs,
          `\`notes.${name}\` did not end though its signal was aborted`,
        );
      }
    }),
  ),
];
