import type { PortClaim } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankedClaims } from './ranked-claims.js';

const TAP = { kind: 'tap', name: 'tap0' };

interface Asked {
  readonly name: string;
  readonly claim: () => Promise<PortClaim>;
}

const asked = (name: string, claim: unknown): Asked => ({ name, claim: async () => claim as PortClaim });

const rank = (all: readonly Asked[], clock = new FakeClock(), signal?: AbortSignal) =>
  rankedClaims(all, TAP, 'sink', ({ claim }) => claim(), clock, signal);

describe('rankedClaims', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 'yes'],
    ['neither', {}],
    ['a preference below none', { preference: -1 }],
    ['more than the most', { preference: 101 }],
    ['no number', { preference: Number.NaN }],
    ['words for a preference', { preference: 'high' }],
  ])('leaves out one that answers %s', async (_, claim) => {
    const { claimants, problems } = await rank([asked('odd', claim), asked('sound', { preference: 1 })]);
    expect(claimants.map(({ name }) => name)).toEqual(['sound']);
    expect(problems.map(({ code }) => code)).toEqual(['HERALD_SINK_FAULT']);
  });

  it('leaves out one that throws, and one that is silent', async () => {
    const clock = new FakeClock();
    const ranking = rank(
      [
        { name: 'thrower', claim: () => Promise.reject(new Error('no')) },
        { name: 'silent', claim: () => new Promise(() => {}) },
        asked('sound', { preference: 1 }),
      ],
      clock,
    );
    await clock.advance(1000);
    const { claimants, problems } = await ranking;
    expect(claimants.map(({ name }) => name)).toEqual(['sound']);
    expect(problems.length).toBe(2);
  });

  it('rejects where it is cancelled', async () => {
    const abort = new AbortController();
    const ranking = rank(
      [{ name: 'silent', claim: () => new Promise(() => {}) }],
      new FakeClock(),
      abort.signal,
    );
    abort.abort();
    await expect(ranking).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
  });

  it('tells why those who refuse do', async () => {
    const { claimants, refusals } = await rank([asked('linux-tap', { refusal: 'not a tap' })]);
    expect([claimants, refusals]).toEqual([[], ['linux-tap: not a tap']]);
  });

  it('puts the most preferred first, whatever the order they come in', async () => {
    const claims = fc.uniqueArray(
      fc.record({ name: fc.string(), preference: fc.integer({ min: 0, max: 100 }) }),
      {
        selector: ({ name }) => name,
      },
    );
    await fc.assert(
      fc.asyncProperty(claims, fc.func(fc.nat()), async (all, weight) => {
        const shuffled = [...all].sort((a, b) => weight(a.name) - weight(b.name));
        const orders = await Promise.all(
          [all, shuffled].map((each) =>
            rank(each.map(({ name, preference }) => asked(name, { preference }))),
          ),
        );
        const [one, other] = orders.map(({ claimants }) => claimants.map(({ name }) => name));
        expect(one).toEqual(other);
        const best = Math.max(...all.map(({ preference }) => preference));
        const first = all.find(({ name }) => name === one?.[0]);
        expect(first?.preference ?? best).toBe(best);
      }),
    );
  });
});
