import type { Port } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FIRST, PlayedPort, SECOND } from '../test/played-proof.js';
import { LastingPortSight } from './lasting-port-sight.js';

const tap = (index?: number): Port => ({
  kind: 'tap',
  name: 'tap0',
  ...(index !== undefined && { index }),
});
const begin = () => {
  const port = new PlayedPort(new FakeClock());
  return { port, sight: new LastingPortSight(port) };
};

describe('LastingPortSight', () => {
  it('forgets nothing that came where an announcement takes the place of another', () => {
    const { port, sight } = begin();
    const before = sight.watch(tap(1), 8);
    before.await([FIRST]);
    port.runs = true; // by the hypervisor's own announcement
    port.arrives(FIRST);
    const now = sight.watch(tap(1), 8);
    now.await([FIRST, SECOND]);
    before.close();
    expect(port.watched).toEqual([1]);
    expect(port.isWatched).toBe(true);
    expect(now.read().size).toBe(1);
    now.guestRuns();
    now.close();
    expect(port.isWatched).toBe(false);
  });

  it.each<[string, (sight: LastingPortSight) => void, Port, readonly number[]]>([
    ['another port', (sight) => sight.watch(tap(1), 8), tap(2), [1, 2]],
    ['a port that nobody watches any more', (sight) => sight.watch(tap(1), 8).close(), tap(1), [1, 1]],
    [
      'a port of a guest that runs: what came before is not its',
      (sight) => sight.watch(tap(1), 8).guestRuns(),
      tap(1),
      [1, 1],
    ],
    ['a port without a number', (sight) => sight.watch(tap(), 8), tap(), [0, 0]],
  ])('begins at the beginning at %s', (_, given, port, watched) => {
    const played = begin();
    given(played.sight);
    played.sight.watch(port, 8);
    expect(played.port.watched).toEqual(watched);
  });

  it('closes once, however often one is closed', () => {
    const { port, sight } = begin();
    const before = sight.watch(tap(1), 8);
    sight.watch(tap(1), 8);
    before.close();
    before.close();
    expect(port.isWatched).toBe(true);
  });

  it('keeps nothing of what the system refuses', () => {
    const { port, sight } = begin();
    port.refusal = new Error('EPERM');
    expect(() => sight.watch(tap(1), 8)).toThrow('EPERM');
    port.refusal = undefined;
    sight.watch(tap(1), 8);
    expect(port.watched).toEqual([1, 1]);
  });
});
