import { describe, expect, it } from 'vitest';
import { PortTallies } from './port-tallies.js';

/** Counters that a test sets itself. */
const tallied = () => {
  const counts = new Map<number, number>();
  const world = { refuses: false };
  const counters = {
    add: (key: number) => void counts.set(key, counts.get(key) ?? 0),
    read: (key: number) => {
      if (world.refuses) throw new Error('EPERM');
      return counts.get(key);
    },
    remove: (key: number) => void counts.delete(key),
  };
  const lets = (port: number, frames: number): void =>
    void counts.set(port, (counts.get(port) ?? 0) + frames);
  return { tallies: new PortTallies(counters), counts, lets, world };
};

describe('PortTallies', () => {
  it('does not know what cannot be read, and throws nothing', () => {
    const { tallies, world, counts } = tallied();
    const tally = tallies.open(7);
    world.refuses = true;
    expect(tally.lost()).toBeUndefined();
    world.refuses = false;
    counts.delete(7);
    expect(tally.lost()).toBeUndefined();
    tallies.close();
    expect(tally.lost()).toBeUndefined();
    expect(() => tally.close()).not.toThrow();
  });

  it('counts as lost what was taken and not seen, and never less than before', () => {
    const { tallies, lets } = tallied();
    const tally = tallies.open(7);
    tally.accepted(3);
    lets(7, 3);
    expect(tally.lost()).toBe(0);
    tally.accepted(3);
    lets(7, 1);
    expect(tally.lost()).toBe(2);
    lets(7, 9); // somebody else's, with our mark
    expect(tally.lost()).toBe(2);
  });

  it('tells the channels of one port apart from those before, and loses no count between them', () => {
    const { tallies, counts, lets } = tallied();
    const first = tallies.open(7);
    first.accepted(2);
    const second = tallies.open(7);
    expect([first.lost(), second.lost()]).toEqual([2, 0]);
    second.accepted(3);
    lets(7, 3);
    expect([first.lost(), second.lost()]).toEqual([2, 0]);
    first.close();
    first.close();
    expect(counts.has(7)).toBe(true);
    second.close();
    expect(counts.has(7)).toBe(false);
    expect(second.lost()).toBe(0);
  });
});
