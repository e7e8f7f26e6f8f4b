import type { AccompaniedAnnouncement } from '@nic-herald/core';
import { DEFAULT_ANNOUNCE_TIMING } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { Company } from './company.js';

describe('Company', () => {
  it('tells what was said between the first report and the first revision', async () => {
    const clock = new FakeClock();
    let seen: AccompaniedAnnouncement | undefined;
    const companion = {
      name: 'one',
      accompany: (announcement: AccompaniedAnnouncement) => {
        seen = announcement;
        return { over: never };
      },
    };
    const company = new Company(
      [companion],
      {
        id: 'one',
        guest: new FakeGuest(),
        cause: 'manual',
        timing: DEFAULT_ANNOUNCE_TIMING,
        channels: { mode: 'announce', for: never },
        multicastReports: never,
      },
      clock,
    );
    company.begin([]);
    company.fired();
    const over = company.over({} as never);
    await clock.advance(500);
    expect(await over).toEqual({ sections: {}, faults: [] });
    seen?.report('in between');
    const told: unknown[] = [];
    company.follow(({ sections }) => told.push(sections));
    await clock.advance(0);
    expect(told).toEqual([{ one: 'in between' }]);
    company.close();
    expect(clock.pending).toBe(0);
  });
});
