import type { FrameDirection } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { nicOf } from '../../test/fake-guest.js';
import { type Deeds, NotingCompanion } from '../../test/noting-companion.js';
import { snapshotOf, waiting } from '../../test/test-host.js';

const thrown = (): never => {
  throw new Error('broken');
};

/** A guest about to come to a host with a companion, and another one that is sound. */
const accompanied = async (deeds: Deeds = {}) => {
  const clock = new FakeClock();
  const companion = new NotingCompanion(clock, deeds);
  const sound = new NotingCompanion(clock, { over: () => 'sound' }, 'sound');
  const policy = { multicastRefresh: false };
  const { test, guest } = await waiting(snapshotOf(), { policy, clock, companions: [companion, sound] });
  return { test, guest, clock, companion };
};

describe('a companion', () => {
  it.each<FrameDirection>(['from-guest', 'to-guest'])(
    'opens no way %s once its announcement is off',
    async (direction) => {
      const { test, guest, clock, companion } = await accompanied();
      test.intake.failed({ guest, side: 'destination', status: 'failed' });
      await clock.advance(0);
      const opened = companion.announcements[0]?.openChannel('nic0', direction);
      await expect(opened).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
      expect(test.sink.openChannels).toBe(0);
    },
  );

  it('sees of a NIC without a port what would be announced there, and is told of the end', async () => {
    const clock = new FakeClock();
    const companion = new NotingCompanion(clock);
    const { test, guest } = await waiting(snapshotOf(), { clock, companions: [companion] }, (each) => {
      const { port: _, ...portless } = nicOf('nic0');
      each.descriptors = [portless];
    });
    test.resume(guest);
    await clock.advance(1000);
    const [nic] = companion.announcements[0]?.nics ?? [];
    expect([nic?.plan.announcements.length, nic?.announced]).toEqual([4, []]);
    expect(companion.heard.map((each) => each.split(' ')[1])).toContain('over');
    expect(test.report.outcome).toBe('nothing-to-announce');
    expect(test.report.resumedAt).toBeDefined();
  });

  it('that gives a promise whose methods fail costs its own section alone', async () => {
    const odd = (): Promise<unknown> => Object.assign(Promise.resolve(), { catch: thrown });
    const { test, guest, clock } = await accompanied({ armed: odd });
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report).toMatchObject({ outcome: 'announced', sections: { sound: 'sound' } });
  });

  it('that asks for ways and counts without an end holds up nobody', async () => {
    const { test, clock, companion } = await accompanied();
    let looks = 0;
    test.sink.look = async () => {
      looks += 1;
      return { ready: true };
    };
    const [announcement] = companion.announcements;
    if (announcement === undefined) throw new TypeError('nothing was announced');
    const ways = Array.from({ length: 10_000 }, () => announcement.openChannel('nic0', 'from-guest'));
    const counts = Array.from({ length: 10_000 }, () => announcement.multicastReports());
    await clock.advance(0);
    await Promise.all(ways);
    await Promise.all(counts);
    expect(looks).toBeLessThan(3);
  });
});
