import { describe, expect, it } from 'vitest';
import { isHeraldError } from '../herald-error.js';
import { encodeNote, parseNote } from './parse-note.js';

const valid = {
  host: 'A',
  kind: 'seen',
  writtenAt: 1_700_000_000_000,
  body: { macs: ['52:54:00:00:00:01'] },
};
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('parseNote', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'note: '],
    ['a list', [valid], 'note: '],
    ['no host', { ...valid, host: '' }, 'host: '],
    ['a long host', { ...valid, host: 'h'.repeat(129) }, 'host: '],
    ['an odd kind', { ...valid, kind: '../seen' }, 'kind: not 1 to 32'],
    ['a kind of two lines', { ...valid, kind: 'seen\n' }, 'kind: not 1 to 32'],
    ['a long kind', { ...valid, kind: 'k'.repeat(33) }, 'kind: not 1 to 32'],
    ['a negative time', { ...valid, writtenAt: -1 }, 'writtenAt: '],
    ['a time in words', { ...valid, writtenAt: '1' }, 'writtenAt: '],
    ['no body', { ...valid, body: undefined }, 'body: '],
    ['a deep body', { ...valid, body: nested(17) }, 'nested more than 16 deep'],
    ['a large body', { ...valid, body: 'x'.repeat(1024) }, 'bytes, at most 1024'],
  ])('refuses %s', (_, input, message) => {
    const error = parseNote(bytesOf(input));
    expect(isHeraldError(error) && `${error.code} ${error.message}`).toContain(message);
    expect(error).toMatchObject({ code: 'HERALD_HANDOFF_NOTE' });
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseNote(new TextEncoder().encode(text))).toMatchObject({ code: 'HERALD_HANDOFF_NOTE' });
  });

  it('refuses what is no text', () => {
    expect(parseNote(new Uint8Array([0xff, 0xfe]))).toMatchObject({ code: 'HERALD_HANDOFF_NOTE' });
  });

  it.each<[string, unknown]>([
    ['an object', valid.body],
    ['null', null],
    ['a deep list', nested(16)],
  ])('reads a note as it was written: %s', (_, body) => {
    expect(parseNote(encodeNote({ ...valid, body }))).toStrictEqual({ ...valid, body });
    expect(parseNote(bytesOf({ ...valid, body, mood: 'good' }))).toStrictEqual({ ...valid, body });
  });
});

describe('encodeNote', () => {
  it.each<[string, unknown]>([
    ['is no JSON', 1n],
    ['is missing', undefined],
    ['is too large', 'x'.repeat(1024)],
    ['is too deep', nested(17)],
    ['overflows the stack', nested(100_000)],
  ])('throws where the body %s', (_, body) => {
    expect(() => encodeNote({ ...valid, body })).toThrow(
      expect.objectContaining({ code: 'HERALD_HANDOFF_NOTE' }) as Error,
    );
  });
});
