import { describe, expect, it } from 'vitest';
import { ArmedHost } from '../../test/armed-host.js';
import { FakeGuest, nicOf } from '../../test/fake-guest.js';
import { learned, mac } from '../../test/sample-nic.js';
import { snapshotOf } from '../../test/test-host.js';

const HANDED = ['0', '1', '0/10', '1/10'];
/** What is handed over later, in place of the usual: one more station. */
const NEWER = snapshotOf({
  epoch: 4,
  nics: snapshotOf().nics.map((nic) => ({ ...nic, learned: [learned(5)] })),
});
/** Learned stations beside the primary. */
const many = (count: number) =>
  snapshotOf({
    nics: snapshotOf().nics.map(({ state: _, ...nic }) => ({
      ...nic,
      learned: Array.from({ length: count }, (__, index) => learned(index + 1)),
    })),
  });
const ONE_ROUND = { initialMs: 50, maxMs: 550, rounds: 1, stepMs: 100 };

describe('what is armed in the kernel', () => {
  it('leaves before RESUME is heard, and none of it a second time in its round', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    await test.clock.advance(10);
    const resumedAt = test.clock.now();
    host.announces(mac(0));
    expect(host.stations).toEqual(HANDED);
    await test.clock.advance(20);
    test.resume(guest);
    await test.clock.advance(30);
    expect(host.stations).toEqual(HANDED);
    await test.clock.advance(2000);
    expect(host.stations).toEqual(Array(5).fill(HANDED).flat());
    const { nics, rounds, outcome, firstFrameAt, lastFrameAt, readAt, warnings } = test.report;
    expect([outcome, warnings, firstFrameAt, lastFrameAt, readAt]).toEqual([
      ...['announced', [], resumedAt, resumedAt],
      resumedAt + 20,
    ]);
    expect(nics).toMatchObject([
      { firedBy: 'kernel', kernel: { sent: 4, firedAt: resumedAt, lastAt: resumedAt } },
    ]);
    expect(nics[0]).not.toHaveProperty('unarmed');
    expect(rounds.map(({ frames, accepted, byKernel }) => [frames, accepted, byKernel])).toEqual([
      [4, 4, 4],
      ...Array.from({ length: 4 }, () => [4, 4, undefined]),
    ]);
    expect(rounds[0]).toMatchObject({ startedAt: resumedAt, finishedAt: resumedAt });
    expect(test.warnings).toEqual([]);
  });

  it('leaves the guest announced where there is one round alone', async () => {
    const { host, test, guest } = await ArmedHost.awaiting({ policy: { timing: ONE_ROUND } });
    host.announces(mac(0));
    test.resume(guest);
    await test.clock.advance(1000);
    expect([host.stations, test.report.outcome]).toEqual([HANDED, 'announced']);
    expect(test.published).toMatchObject({ residence: 'resident' });
  });

  it('is waited for where RESUME is heard before it is set off, and nothing leaves until then', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    const resumedAt = test.clock.now();
    test.resume(guest);
    await test.clock.advance(10);
    expect(host.stations).toEqual([]);
    host.announces(mac(0));
    expect(host.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    const { nics, firstFrameAt, lastFrameAt, readAt } = test.report;
    expect([firstFrameAt, lastFrameAt, readAt]).toEqual([resumedAt + 10, resumedAt + 10, resumedAt]);
    expect(nics).toMatchObject([{ firedBy: 'kernel', kernel: { sent: 4 } }]);
  });

  it('is left to the agent where nothing sets it off in time', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    test.resume(guest);
    await test.clock.advance(25);
    expect(host.stations).toEqual(HANDED);
    host.announces(mac(0));
    expect(host.stations).toEqual(HANDED);
    await test.clock.advance(1000);
    expect(test.report.nics[0]).toMatchObject({ firedBy: 'agent' });
    expect(test.report.nics[0]).not.toHaveProperty('kernel');
  });

  it.each<[string, (host: ArmedHost, guest: FakeGuest) => Promise<void> | void]>([
    ['stops', ({ test }, guest) => test.intake.stopped({ guest })],
    ['ends', ({ test }, guest) => test.tell('gone', guest)],
  ])('is withdrawn where the guest %s while it is waited for', async (_, happens) => {
    const { host, test, guest } = await ArmedHost.awaiting();
    test.resume(guest);
    await test.clock.advance(2);
    await happens(host, guest);
    host.announces(mac(0));
    await test.clock.advance(2000);
    expect(host.stations).toEqual([]);
  });

  it.each<[string, (host: ArmedHost, guest: FakeGuest) => Promise<void> | void]>([
    [
      'its migration fails',
      ({ test }, guest) => test.intake.failed({ guest, side: 'destination', status: 'failed' }),
    ],
    ['its process ends', ({ test }, guest) => test.tell('gone', guest)],
    ['the host closes', ({ test }) => test.host.close()],
    [
      'it is found to mirror another',
      async ({ test }, guest) => {
        guest.announcedIs = 'perhaps-a-mirror';
        await test.tell('changed', guest);
      },
    ],
    [
      'it does not say any more what is announced',
      async ({ test }, guest) => {
        guest.announcedIs = 'no answer';
        await test.tell('changed', guest);
        await test.clock.advance(10);
      },
    ],
  ])('is withdrawn where %s', async (_, happens) => {
    const { host, test, guest } = await ArmedHost.awaiting();
    await happens(host, guest);
    await test.clock.advance(0);
    host.announces(mac(0));
    expect(host.stations).toEqual([]);
  });

  it('is armed again when it comes once more', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    test.intake.failed({ guest, side: 'destination', status: 'failed' });
    await test.clock.advance(100);
    await test.tell('incoming', guest);
    await test.clock.advance(100);
    host.announces(mac(0));
    expect(host.stations).toEqual(HANDED);
    test.resume(guest);
    await test.clock.advance(1000);
    expect(test.report.nics).toMatchObject([{ firedBy: 'kernel' }]);
  });

  it('is what the newest plan says', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    await test.handoff.memory.publish(NEWER);
    await test.clock.advance(0);
    host.announces(mac(0));
    expect(host.stations).toEqual(
      [...HANDED, '5'].toSorted((a, b) => host.stations.indexOf(a) - host.stations.indexOf(b)),
    );
    test.resume(guest);
    await test.clock.advance(10);
    expect(host.stations).toHaveLength(5);
  });

  it('counts where it was set off before a newer plan: that sends the rest at RESUME', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    host.announces(mac(0));
    await test.handoff.memory.publish(NEWER);
    await test.clock.advance(0);
    expect(host.stations).toEqual(HANDED);
    test.resume(guest);
    await test.clock.advance(10);
    expect(host.stations).toEqual([...HANDED, '5']);
    await test.clock.advance(2000);
    expect(test.report.nics).toMatchObject([{ firedBy: 'kernel', kernel: { sent: 4 } }]);
    expect(test.report.rounds.map(({ frames }) => frames)).toEqual(Array(5).fill(5));
  });

  it('counts for nothing where somebody set it off long before', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    host.announces(mac(0));
    await test.clock.advance(5000);
    test.resume(guest);
    await test.clock.advance(10);
    expect(host.stations).toEqual([...HANDED, ...HANDED]);
    await test.clock.advance(2000);
    expect(test.report.nics).toMatchObject([{ firedBy: 'agent', kernel: { sent: 4 } }]);
  });

  it('is armed anew where somebody set it off long before a newer plan', async () => {
    const { host, test } = await ArmedHost.awaiting();
    host.announces(mac(0));
    await test.clock.advance(5000);
    await test.handoff.memory.publish(NEWER);
    await test.clock.advance(1000);
    host.announces(mac(0));
    expect(host.stations).toHaveLength(4 + 5);
  });

  it('leaves as far as it is granted, the rest when RESUME is heard', async () => {
    const pacing = { framesPerSecond: 1000, burst: 20 };
    const { host, test, guest } = await ArmedHost.awaiting({ pacing }, many(30));
    host.announces(mac(0));
    expect(host.stations).toHaveLength(17); // the primary, and two grants of 8
    await test.clock.advance(1);
    test.resume(guest);
    await test.clock.advance(49);
    const round = host.stations.slice(0, 31);
    expect([host.stations.length, new Set(round).size]).toEqual([31, 31]);
    await test.clock.advance(2000);
    expect(test.report.nics).toMatchObject([
      { firedBy: 'kernel', kernel: { sent: 17, shortfall: 'no more frames were granted' } },
    ]);
    expect(test.report.rounds[0]).toMatchObject({ frames: 31, accepted: 31, byKernel: 17 });
  });

  it('is sent again by the agent where the port let nothing further', async () => {
    const { host, test, guest } = await ArmedHost.awaiting();
    host.sink.breakDown();
    host.announces(mac(0));
    test.resume(guest);
    await test.clock.advance(2000);
    expect([host.stations, test.report.outcome]).toEqual([[], 'failed']);
    expect(test.report.nics).toMatchObject([{ firedBy: 'agent', kernel: { sent: 4, isLost: true } }]);
    host.sink.mend();
    await test.clock.advance(5000);
    expect(new Set(host.stations)).toEqual(new Set(HANDED));
    expect(test.report).toMatchObject({ outcome: 'announced', retryOf: test.reports[0]?.id });
  });

  it('is nothing of a guest that runs before its first plan is made', async () => {
    const host = await ArmedHost.compose();
    const { test } = host;
    const guest = new FakeGuest();
    let tell = (_: typeof guest.descriptors): void => {};
    guest.answer = () =>
      new Promise((resolve) => {
        tell = resolve;
      });
    await test.handoff.memory.publish(snapshotOf());
    await test.appear(guest, 'incoming');
    host.announces(mac(0));
    test.resume(guest);
    await test.clock.advance(5);
    tell(guest.descriptors);
    guest.answer = undefined;
    await test.clock.advance(0);
    host.announces(mac(0)); // QEMU's second one
    await test.clock.advance(20);
    expect(host.stations).toEqual(HANDED);
    await test.clock.advance(2000);
    expect(test.report.nics).toMatchObject([{ firedBy: 'agent' }]);
  });

  it('is nothing under observe', async () => {
    const { host, test, guest } = await ArmedHost.awaiting({ policy: { mode: 'observe' } });
    host.announces(mac(0));
    test.resume(guest);
    await test.clock.advance(2000);
    expect(host.stations).toEqual([]);
    expect(test.report.nics[0]).not.toHaveProperty('firedBy');
  });

  it('is taken back where the policy comes to have it observed', async () => {
    let mode: 'announce' | 'observe' = 'announce';
    const { host, test, guest } = await ArmedHost.awaiting({ policy: () => ({ mode }) });
    mode = 'observe';
    await test.tell('changed', guest);
    host.announces(mac(0));
    expect(host.stations).toEqual([]);
  });

  it('is nothing without a round', async () => {
    const { host } = await ArmedHost.awaiting({ policy: { timing: { ...ONE_ROUND, rounds: 0 } } });
    host.announces(mac(0));
    expect(host.stations).toEqual([]);
  });

  it('is of each NIC by itself', async () => {
    const nics = [nicOf('nic0'), nicOf('nic1')];
    const handed = snapshotOf({
      nics: nics.map(({ id, primaryMac }) => ({ id, primaryMac, model: 'fake-card', learned: [] })),
    });
    const { host, test, guest } = await ArmedHost.awaiting({}, handed, nics);
    host.announces(mac(256), 'tap1');
    expect(host.stations).toEqual(['256']);
    host.announces(mac(256), 'tap0'); // not its own
    test.resume(guest);
    await test.clock.advance(25);
    expect(host.stations.slice(0, 2)).toEqual(['256', '0']);
    host.announces(mac(0), 'tap0'); // too late
    await test.clock.advance(2000);
    const [first, second] = test.report.nics;
    expect([first?.firedBy, second?.firedBy]).toEqual(['agent', 'kernel']);
  });

  it('is taken back of a NIC that is unplugged', async () => {
    const { host, test, guest } = await ArmedHost.awaiting({}, 'nothing', [nicOf('nic0'), nicOf('nic1')]);
    guest.descriptors = [nicOf('nic0')];
    await test.tell('changed', guest);
    await test.clock.advance(100);
    host.announces(mac(256), 'tap1');
    expect(host.stations).toEqual([]);
    host.announces(mac(0), 'tap0');
    expect(host.stations).toEqual(['0']);
  });
});

describe('the kernel that is given nothing', () => {
  it('is told once of each port, stands in the report, and in what an operator looks at', async () => {
    const { test, guest } = await ArmedHost.awaiting({}, 'nothing');
    const [{ kernel } = {}] = (await test.host.inspect(guest)).nics;
    expect(kernel).toEqual({ frames: 1 });
    guest.announcedIs = 'perhaps-a-mirror';
    await test.tell('changed', guest);
    await test.tell('changed', guest);
    await test.clock.advance(5000);
    const why = 'it may come to mirror a guest that runs elsewhere';
    const [look] = (await test.host.inspect(guest)).nics;
    expect(look?.kernel).toEqual({ refusal: why });
    expect(test.warnings).toEqual([expect.stringMatching(`^HERALD_TRIGGER_REFUSED nic0: .*tap0.*${why}$`)]);
    test.resume(guest);
    await test.clock.advance(2000);
    expect(test.report.nics).toMatchObject([
      { firedBy: 'agent', unarmed: { code: 'HERALD_TRIGGER_REFUSED', message: why } },
    ]);
    const [resident] = (await test.host.inspect(guest)).nics;
    expect(resident).not.toHaveProperty('kernel');
  });
});

describe('many guests', () => {
  it.each([
    [50, { framesPerSecond: 20_000, burst: 64 }, 10],
    [50, { framesPerSecond: 500, burst: 40 }, 20],
    [50, { framesPerSecond: 125, burst: 1 }, 2],
  ])('%d that resume in one turn keep to %j, kernel and agent together', async (count, pacing, stations) => {
    const ports = Array.from({ length: count }, (_, index) => `tap${index}`);
    const host = await ArmedHost.compose({ pacing, policy: { timing: { ...ONE_ROUND, rounds: 2 } } }, ports);
    const { test } = host;
    const guests = ports.map((_, index) => {
      const guest = new FakeGuest(`qemu-${index}`, { name: `web-${index}` });
      guest.descriptors = [nicOf(`nic${index}`)];
      const macs = Array.from({ length: stations }, (__, each) => mac(index * 256 + each + 1));
      guest.cards.set(`nic${index}`, { macs, vlans: [] });
      return { guest, macs };
    });
    for (const [index, { guest, macs }] of guests.entries()) {
      await test.handoff.memory.publish({
        ...snapshotOf(),
        guest: `name:web-${index}` as never,
        nics: [
          {
            id: `nic${index}`,
            primaryMac: mac(index * 256),
            model: 'fake-card',
            state: { macs, vlans: [] },
            learned: [],
          },
        ],
      });
      await test.appear(guest, 'incoming');
    }
    await test.clock.advance(1000);
    for (const index of ports.keys()) host.announces(mac(index * 256), `tap${index}`);
    for (const { guest } of guests) test.resume(guest);
    await test.clock.advance(60_000);
    const times = host.left.map(({ at }) => at);
    const firsts = new Set(host.stations);
    expect(firsts.size).toBe(count * (stations + 1));
    expect(times).toHaveLength(2 * firsts.size);
    times.forEach((from, index) => {
      const within = times.slice(index).filter((at) => at - from < 1000).length;
      expect(within).toBeLessThanOrEqual(pacing.framesPerSecond + pacing.burst);
    });
    const byKernel = test.reports.flatMap(({ nics }) => nics.flatMap(({ kernel }) => kernel?.sent ?? []));
    const inKernel = byKernel.reduce((sum, sent) => sum + sent, 0);
    expect(inKernel).toBeGreaterThanOrEqual(Math.min(count, pacing.framesPerSecond));
    expect(inKernel).toBeLessThanOrEqual(count + pacing.burst);
  });
});
