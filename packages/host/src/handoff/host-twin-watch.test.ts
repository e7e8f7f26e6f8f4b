import { FakeClock } from '@nic-herald/testkit';
import { expect, it } from 'vitest';
import { FakeGuest } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { TestHost } from '../../test/test-host.js';

/** Entries are written again every two seconds. */
const policy = { learnedMaxAgeMs: 6000 };

it.each([50, 100, 700, 1000, 1900])(
  'two agents of one name that write one entry in turn both find out, %d ms apart',
  async (apartMs) => {
    const clock = new FakeClock();
    const handoff = new FakeHandoff();
    const agent = async () => {
      const test = await TestHost.compose({ name: 'A', clock, handoff, policy });
      const guest = new FakeGuest();
      await test.appear(guest, 'running');
      return test;
    };
    const first = await agent();
    await clock.advance(apartMs);
    const second = await agent();
    await clock.advance(8000);
    for (const { warnings } of [first, second]) {
      expect(warnings.map((warning) => warning.split(' ')[0])).toContain('HERALD_HOST_TWIN');
    }
  },
);
