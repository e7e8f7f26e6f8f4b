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

const found = ({ warnings }: TestHost): boolean =>
  warnings.some((warning) => warning.startsWith('HERALD_HOST_TWIN'));

it('two agents of one name with guests of their own find out within two minutes', async () => {
  const [clock, handoff] = [new FakeClock(), new FakeHandoff()];
  const agents: TestHost[] = [];
  for (const uuid of ['9b1c5d3e-0000-4000-8000-0000000000a1', '9b1c5d3e-0000-4000-8000-0000000000a2']) {
    const test = await TestHost.compose({ name: 'A', clock, handoff });
    await test.appear(new FakeGuest('one', { uuid }), 'running');
    await clock.advance(60_000);
    agents.push(test);
  }
  await clock.advance(60_000);
  expect(agents.map(found)).toEqual([true, true]);
});

it('a guest that moves between two hosts of one name is announced, and both find out', async () => {
  const [clock, handoff] = [new FakeClock(), new FakeHandoff()];
  const [source, destination] = [
    await TestHost.compose({ name: 'A', clock, handoff }),
    await TestHost.compose({ name: 'A', clock, handoff }),
  ];
  const [before, after] = [new FakeGuest(), new FakeGuest()];
  await source.appear(before, 'running');
  await clock.advance(60_000);
  await destination.appear(after, 'incoming');
  await source.tell('outgoing', before);
  await source.tell('stopped', before);
  destination.resume(after);
  await clock.advance(120_000);
  expect(destination.sink.stations.length).toBeGreaterThan(0);
  expect([source, destination].map(found)).toEqual([true, true]);
});
