import type { Port, PortResolver } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { snapshotOf, type TestHost, waiting } from '../../test/test-host.js';

const HANDED = ['0', '1', '0/10', '1/10'];
const BACK = { ready: true, message: 'it was made again' } as const;
const codes = ({ report }: TestHost): string[] => report.warnings.map(({ code }) => code);

/** A guest has arrived, its rounds are over, and none of its frames left. */
const failed = async (spoil: (test: TestHost) => void, options: Parameters<typeof waiting>[1] = {}) => {
  const { test, guest } = await waiting(snapshotOf(), options);
  spoil(test);
  test.resume(guest);
  await test.clock.advance(900);
  return { test, guest };
};
const loses = ({ sink }: TestHost): void => {
  sink.loses = true;
};
const tries = (test: TestHost): number => test.reports.filter(({ retryOf }) => retryOf !== undefined).length;

describe('an announcement that did not leave', () => {
  it('is failed, says how much was lost in which round, and keeps the guest owed', async () => {
    const { test } = await failed(loses);
    expect(test.report.outcome).toBe('failed');
    expect(codes(test)).toContain('HERALD_FRAMES_LOST');
    expect(test.report.rounds.map(({ round, lost }) => [round, lost])).toEqual(
      [1, 2, 3, 4, 5].map((round) => [round, HANDED.length]),
    );
    expect(test.published?.residence).toBe('arrived');
  });

  it('is announced where a later round leaves whole', async () => {
    const { test } = await failed((host) => {
      loses(host);
      host.clock.setTimer(20, () => {
        host.sink.loses = false;
      });
    });
    expect(test.report.outcome).toBe('announced');
    expect(test.report.rounds.map(({ lost }) => lost)).toEqual([
      4,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(codes(test)).toEqual(['HERALD_FRAMES_LOST']);
    await test.clock.advance(400_000);
    expect(tries(test)).toBe(0);
  });

  it('is sent again the moment its sink is back, and reported as what it repeats', async () => {
    const { test } = await failed(loses);
    const [first] = test.reports;
    test.sink.loses = false;
    test.sink.tell({ ready: false, code: 'HERALD_SINK_LOST', message: 'it was removed' });
    test.sink.tell(BACK);
    await test.clock.advance(0);
    expect(test.sink.stations).toEqual(HANDED);
    await test.clock.advance(900);
    expect(test.report).toMatchObject({
      outcome: 'announced',
      cause: 'migration',
      retryOf: first?.id,
      epoch: first?.epoch,
    });
    await test.clock.advance(20_000);
    expect(test.published?.residence).toBe('resident');
    await test.clock.advance(400_000);
    expect(tries(test)).toBe(1);
    expect(test.warnings.map((warning) => warning.split(' ')[0])).toEqual(
      expect.arrayContaining(['HERALD_SINK_LOST', 'HERALD_SINK_RESTORED', 'HERALD_FRAMES_LOST']) as string[],
    );
  });

  it('is tried again later each time, for five minutes and no longer', async () => {
    const { test } = await failed(loses);
    await test.clock.advance(600_000);
    expect(tries(test)).toBeGreaterThan(8);
    expect(tries(test)).toBeLessThan(16);
    const after = tries(test);
    test.sink.tell({ ready: false, code: 'HERALD_SINK_LOST', message: 'again' });
    test.sink.tell(BACK);
    await test.clock.advance(60_000);
    expect(tries(test)).toBe(after);
  });

  it.each<[string, (test: TestHost) => void, (test: TestHost) => void]>([
    [
      'its port is not ready',
      ({ sink }) => {
        sink.look = async () => ({ ready: false, code: 'HERALD_PORT_DOWN', message: 'it is down' });
      },
      ({ sink }) => {
        sink.look = undefined;
      },
    ],
    [
      'its port is not there',
      ({ sink }) => void sink.ports.delete('tap0'),
      ({ sink }) => void sink.ports.add('tap0'),
    ],
    [
      'its sink cannot open the port when all is made ready anew',
      (test) => {
        test.sink.opening = async () => {
          throw new Error('the injector is gone');
        };
        test.sink.look = async () => ({ ready: false, code: 'HERALD_SINK_LOST', message: 'it is gone' });
        test.sink.tell({ ready: false, code: 'HERALD_SINK_LOST', message: 'it is gone' });
      },
      ({ sink }) => {
        sink.opening = undefined;
        sink.look = undefined;
      },
    ],
    [
      'the system refuses its frames',
      ({ sink }) => {
        sink.refusal = () => ({ accepted: 0, failure: 'ENETDOWN' });
      },
      ({ sink }) => {
        sink.refusal = undefined;
      },
    ],
  ])('because %s is sent again when that is over', async (_, spoil, mend) => {
    const { test } = await failed(spoil);
    const [first] = test.reports;
    expect(first?.outcome).toBe('failed');
    mend(test);
    const before = test.sink.frames.length;
    await test.clock.advance(4000);
    expect(test.sink.stations.slice(before)).toEqual(expect.arrayContaining(HANDED) as string[]);
    expect(test.report).toMatchObject({ outcome: 'announced', retryOf: first?.id });
  });

  it('is not reported again and again while nothing could leave', async () => {
    const { test } = await failed(({ sink }) => {
      sink.look = async () => ({ ready: false, code: 'HERALD_PORT_DOWN', message: 'it is down' });
    });
    await test.clock.advance(120_000);
    expect(test.reports).toHaveLength(1);
  });

  it.each(['stopped', 'gone'] as const)('is never sent for a guest that has %s', async (fact) => {
    const { test, guest } = await failed(loses);
    await test.tell(fact, guest);
    test.sink.loses = false;
    test.sink.tell({ ready: false, code: 'HERALD_SINK_LOST', message: 'it was removed' });
    test.sink.tell(BACK);
    await test.clock.advance(400_000);
    expect(test.sink.frames).toEqual([]);
    expect(tries(test)).toBe(0);
  });

  it('that somebody asked for is not tried again: they have their answer', async () => {
    const { test, guest } = await waiting(snapshotOf());
    test.resume(guest);
    await test.clock.advance(1000);
    test.sink.loses = true;
    const report = test.host.announce(guest);
    await test.clock.advance(1500);
    expect((await report).outcome).toBe('failed');
    await test.clock.advance(100_000);
    expect(tries(test)).toBe(0);
  });

  it('is sent again the moment a watch tells that its port changed', async () => {
    const watches: (() => void)[] = [];
    const port: Port = { kind: 'tap', name: 'tap0' };
    const ports: PortResolver = {
      resolve: async () => ({ port }),
      watch: (_, onChange) => {
        watches.push(onChange);
        return () => {};
      },
    };
    const { test } = await failed(loses, { ports });
    test.sink.loses = false;
    watches.at(-1)?.();
    await test.clock.advance(10);
    expect(test.sink.stations).toEqual(HANDED);
  });
});
