import { type Port, type Station, stationKey } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FIRST, PlayedPort, SECOND } from '../test/played-proof.js';
import type { ArrivalWatch, PortSight } from './port-sight.js';
import { SharedSight } from './shared-sight.js';

const PORT: Port = { kind: 'tap', name: 'tap0', index: 1 };

/** A sight of which each watch is one of its own, with room for one station. */
class Sight implements PortSight {
  readonly opened: PlayedPort[] = [];
  refusal: Error | undefined;

  watch(port: Port): ArrivalWatch {
    if (this.refusal !== undefined) throw this.refusal;
    const played = new PlayedPort(new FakeClock());
    this.opened.push(played);
    const watch = played.watch(port);
    watch.await = (stations: readonly Station[]) => {
      for (const station of stations) {
        if (!played.awaited.includes(station)) played.awaited.push(station);
      }
      if (played.awaited.length > 1) throw new Error('E2BIG');
    };
    return watch;
  }

  look(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): void {}
}

describe('SharedSight', () => {
  it('opens no watch that the system refuses, and one when it no longer does', () => {
    const inner = new Sight();
    const sight = new SharedSight(inner);
    inner.refusal = new Error('EPERM');
    expect(() => sight.watch(PORT, 1)).toThrow('EPERM');
    inner.refusal = undefined;
    sight.watch(PORT, 1);
    expect(inner.opened).toHaveLength(1);
  });

  it('hands on what came for an announcement that is made ready again', () => {
    const inner = new Sight();
    const sight = new SharedSight(inner);
    const before = sight.watch(PORT, 1);
    before.await([FIRST]);
    inner.opened[0]?.arrives(FIRST);
    const again = sight.watch(PORT, 1);
    again.await([FIRST]);
    before.close();
    before.close(); // once more is nothing
    expect(inner.opened).toHaveLength(1);
    expect([...again.read().keys()]).toEqual([stationKey(FIRST)]);
    expect(inner.opened[0]?.isWatched).toBe(true);
    again.close();
    expect(inner.opened[0]?.isWatched).toBe(false);
  });

  it.each<[string, Port, (before: ArrivalWatch) => void]>([
    ['another port', { ...PORT, index: 2 }, () => {}],
    ['an announcement of a guest that ran before', PORT, (before) => before.guestRuns()],
    ['a port whose watch has ended', PORT, (before) => before.close()],
  ])('opens another watch for %s', (_, port, then) => {
    const inner = new Sight();
    const sight = new SharedSight(inner);
    const before = sight.watch(PORT, 1);
    then(before);
    sight.watch(port, 1);
    expect(inner.opened).toHaveLength(2);
  });

  it('opens another one where the stations of others take its room, and says so where its own do', () => {
    const inner = new Sight();
    const sight = new SharedSight(inner);
    const before = sight.watch(PORT, 1);
    before.await([FIRST]);
    const again = sight.watch(PORT, 1);
    again.await([SECOND]);
    expect(inner.opened).toHaveLength(2);
    expect(inner.opened.map(({ isWatched }) => isWatched)).toEqual([true, true]);
    before.close();
    expect(inner.opened.map(({ isWatched }) => isWatched)).toEqual([false, true]);
    expect(() => again.await([FIRST])).toThrow('E2BIG');
  });
});
