import { IpAddress, Ipv4Address } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_WATCHED, WatchedAddresses } from './watched-addresses.js';

const ip = (index: number): IpAddress => Ipv4Address.of(`10.0.${index >> 8}.${index & 255}`);
const range = (first: number, end: number): readonly IpAddress[] =>
  Array.from({ length: end - first }, (_, index) => ip(first + index));
const TEN_MINUTES = 600_000;

describe('WatchedAddresses', () => {
  it('does not watch what no host can own', () => {
    const watched = new WatchedAddresses();
    const odd = ['0.0.0.0', '127.0.0.1', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'].map(IpAddress.of);
    expect(watched.ask(odd, 0)).toEqual({ added: [], removed: [] });
    expect(watched.size).toBe(0);
  });

  it('tells what is new, once', () => {
    const watched = new WatchedAddresses();
    expect(watched.ask([ip(1), ip(2)], 0).added).toEqual([ip(1), ip(2)]);
    expect(watched.ask([ip(2), ip(3)], 1)).toEqual({ added: [ip(3)], removed: [] });
  });

  it('gives up those asked about longest ago where there are too many', () => {
    const watched = new WatchedAddresses();
    watched.ask(range(1, MAX_WATCHED + 1), 0);
    watched.ask([ip(1)], 1);
    expect(watched.ask([ip(5000), ip(5001)], 2)).toEqual({
      added: [ip(5000), ip(5001)],
      removed: [ip(2), ip(3)],
    });
    expect(watched.size).toBe(MAX_WATCHED);
  });

  it('takes the first of a question about too many', () => {
    const watched = new WatchedAddresses();
    watched.ask(range(1, 3), 0);
    const { added, removed } = watched.ask(range(100, 100 + MAX_WATCHED + 1), 1);
    expect([added.length, added.at(-1), removed]).toEqual([MAX_WATCHED, ip(99 + MAX_WATCHED), range(1, 3)]);
  });

  it('forgets after ten minutes without a question', () => {
    const watched = new WatchedAddresses();
    watched.ask([ip(1), ip(2)], 0);
    watched.ask([ip(1)], 1);
    expect(watched.expire(TEN_MINUTES)).toEqual([]);
    expect(watched.expire(TEN_MINUTES + 1)).toEqual([ip(2)]);
    expect(watched.expire(TEN_MINUTES + 2)).toEqual([ip(1)]);
  });

  it('keeps the kernel’s set the same as its own, and within bounds, whatever is asked', () => {
    const question = fc.tuple(
      fc.integer({ min: 1, max: 9000 }),
      fc.integer({ min: 0, max: 3000 }),
      fc.nat(400_000),
    );
    fc.assert(
      fc.property(fc.array(question, { maxLength: 12 }), (questions) => {
        const watched = new WatchedAddresses();
        const kernel = new Set<IpAddress>();
        let now = 0;
        for (const [first, count, later] of questions) {
          now += later;
          const expired = watched.expire(now);
          const { added, removed } = watched.ask(range(first, first + count), now);
          const gone = [...expired, ...removed];
          expect(gone.filter((one) => !kernel.delete(one))).toEqual([]);
          expect(added.filter((one) => kernel.has(one))).toEqual([]);
          for (const one of added) kernel.add(one);
          expect(kernel.size).toBe(watched.size);
          expect(kernel.size).toBeLessThanOrEqual(MAX_WATCHED);
        }
      }),
      { numRuns: 20 },
    );
  });
});
