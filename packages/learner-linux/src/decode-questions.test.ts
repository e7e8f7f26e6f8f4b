import { Ipv4Address } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeQuestions } from './decode-questions.js';

interface Question {
  readonly station?: bigint;
  readonly place?: bigint;
  readonly target: string;
  readonly askedNs: bigint;
}

const SECOND = 1_000_000_000n;

const entriesOf = (questions: readonly Question[]) => {
  const [keys, values] = [new Uint8Array(questions.length * 16), new Uint8Array(questions.length * 16)];
  const [key, value] = [new DataView(keys.buffer), new DataView(values.buffer)];
  for (const [index, { station = 1n, place = 0n, target, askedNs }] of questions.entries()) {
    key.setBigUint64(index * 16, station, true);
    key.setBigUint64(index * 16 + 8, place, true);
    value.setBigUint64(index * 16, askedNs, true);
    Ipv4Address.write(Ipv4Address.of(target), values, index * 16 + 8);
  }
  return { count: questions.length, keys, values };
};

const told = (questions: readonly Question[]): readonly string[] =>
  [...decodeQuestions(entriesOf(questions), 400n * SECOND)].map(
    ([station, asked]) =>
      `${station}: ${asked.map(({ address, ageMs }) => `${address} ${ageMs}`).join(', ')}`,
  );

describe('decodeQuestions', () => {
  it.each<[string, Question[], string[]]>([
    ['nothing', [], []],
    ['a question of no time', [{ target: '192.0.2.1', askedNs: 0n }], []],
    [
      'what no host can own',
      ['0.0.0.1', '127.0.0.1', '224.0.0.1', '255.255.255.255'].map((target) => ({ target, askedNs: SECOND })),
      [],
    ],
    [
      'the last asked for first, by station',
      [
        { target: '192.0.2.1', askedNs: 390n * SECOND },
        { target: '192.0.2.2', askedNs: 399n * SECOND, place: 1n },
        { target: '192.0.2.3', askedNs: 395n * SECOND, station: 2n },
      ],
      ['1: 192.0.2.2 1000, 192.0.2.1 10000', '2: 192.0.2.3 5000'],
    ],
    [
      'no more of a station than a snapshot takes',
      Array.from({ length: 10 }, (_, n) => ({
        target: `192.0.2.${n + 1}`,
        askedNs: (390n + BigInt(n)) * SECOND,
        place: BigInt(n),
      })),
      [`1: ${Array.from({ length: 8 }, (_, n) => `192.0.2.${10 - n} ${1000 * (n + 1)}`).join(', ')}`],
    ],
  ])('%s', (_, questions, wanted) => {
    expect(told(questions)).toEqual(wanted);
  });

  it('never throws, whatever stands in the map', () => {
    const bytes = fc.integer({ min: 0, max: 20 }).chain((n) => {
      const of = fc.uint8Array({ minLength: n * 16, maxLength: n * 16 });
      return fc.tuple(of, of);
    });
    fc.assert(
      fc.property(bytes, ([keys, values]) => {
        const asked = decodeQuestions({ count: keys.length / 16, keys, values }, 2n ** 63n);
        for (const list of asked.values())
          for (const { ageMs } of list) expect(ageMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
