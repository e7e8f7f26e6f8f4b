import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeGuest } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { residing, snapshotOf, type TestHost, waiting } from '../../test/test-host.js';

const HANDED = ['0', '1', '0/10', '1/10'];

/** Counts how often a guest is asked for its NICs. */
const counting = (guest: FakeGuest): { asked: number } => {
  const count = { asked: 0 };
  guest.answer = async () => {
    count.asked += 1;
    return guest.descriptors;
  };
  return count;
};

describe('a flood', () => {
  it('of STOP and RESUME costs a few looks and publishes, and leaves the guest as it is', async () => {
    const { test, guest } = await residing();
    const count = counting(guest);
    const published = test.handoff.published.length;
    guest.cards.set('nic0', { macs: [mac(7)], vlans: [] });
    for (let pair = 0; pair < 16_000; pair += 1) {
      test.intake.stopped({ guest });
      test.resume(guest);
    }
    await test.clock.advance(2000);
    expect(count.asked).toBeLessThanOrEqual(8);
    expect(test.handoff.published.length - published).toBeLessThanOrEqual(16);
    expect(test.published).toMatchObject({ residence: 'resident', nics: [{ state: { macs: [mac(7)] } }] });
    expect(test.sink.stations).toEqual([]);
  });

  it('of STOP and RESUME just after it came is announced a few times, and at last in full', async () => {
    const { test, guest } = await waiting();
    test.resume(guest);
    for (let pair = 0; pair < 500; pair += 1) {
      test.intake.stopped({ guest });
      test.resume(guest);
      await test.clock.advance(2);
    }
    const before = test.reports.length;
    expect(before).toBeLessThanOrEqual(10);
    test.sink.frames.length = 0;
    await test.clock.advance(3000);
    expect(test.published).toMatchObject({ residence: 'resident' });
  });

  it('of migrations that fail costs a few makings, and the one that comes is announced at once', async () => {
    const { test, guest } = await waiting();
    const count = counting(guest);
    for (let flap = 0; flap < 5000; flap += 1) {
      test.intake.failed({ guest, side: 'destination', status: 'failed' });
      test.intake.incoming({ guest });
    }
    await test.clock.advance(0);
    expect(count.asked).toBeLessThanOrEqual(8);
    test.resume(guest); // before the last one's turn
    await test.clock.advance(1);
    expect(new Set(test.sink.stations)).toEqual(new Set(HANDED));
    await test.clock.advance(2000);
    expect(test.report).toMatchObject({ cause: 'migration', outcome: 'announced', epoch: 4 });
    expect(count.asked).toBeLessThanOrEqual(12);
  });

  it('of arrivals that end at once asks once for each at most, and announces the last', async () => {
    const { test, guest } = await waiting();
    const count = counting(guest);
    for (let times = 0; times < 200; times += 1) {
      test.intake.failed({ guest, side: 'destination', status: 'failed' });
      test.intake.incoming({ guest });
      test.resume(guest);
      test.intake.stopped({ guest });
      test.intake.incoming({ guest });
    }
    test.resume(guest);
    await test.clock.advance(3000);
    expect(count.asked).toBeLessThanOrEqual(200 + 10);
    expect(new Set(test.sink.stations)).toEqual(new Set(HANDED));
  });

  it('of changes of the hand-off makes a plan four times at once and then each 250 ms, of the newest', async () => {
    const { test } = await waiting();
    const armed = (): number => test.facts.filter((fact) => fact === 'announce:armed').length;
    const before = armed();
    for (let change = 0; change < 300; change += 1) {
      await test.handoff.memory.publish(
        snapshotOf({ epoch: 3 + change }, { macs: [mac(2 + (change % 50))] }),
      );
      await test.clock.advance(10);
    }
    expect(armed() - before).toBeLessThanOrEqual(4 + 12);
    expect(armed() - before).toBeGreaterThanOrEqual(12);
    await test.clock.advance(250);
    test.sink.frames.length = 0;
    test.resume(new FakeGuest());
    await test.clock.advance(1);
    expect(test.sink.stations).toContain(`${2 + (299 % 50)}`);
  });
});

/** What happens to a guest that was first seen as one that is about to come. */
const HAPPENS = {
  incoming: (test, guest) => test.intake.incoming({ guest }),
  resumed: (test, guest) => test.resume(guest),
  stopped: (test, guest) => test.intake.stopped({ guest }),
  outgoing: (test, guest) => test.intake.outgoing({ guest }),
  left: (test, guest) => test.intake.left({ guest }),
  stayed: (test, guest) => test.intake.failed({ guest, side: 'source', status: 'failed' }),
  refused: (test, guest) => test.intake.failed({ guest, side: 'destination', status: 'failed' }),
} satisfies Record<string, (test: TestHost, guest: FakeGuest) => void>;
type Happening = keyof typeof HAPPENS;

/** Plays a history with so much time after each thing; where the guest stands at last, and what was sent. */
const play = async (history: readonly Happening[], afterMs: number) => {
  const { test, guest } = await waiting();
  for (const each of history) {
    // what was sent before it was to come once more is of another stay
    if (each === 'incoming' && (await phaseOf(test, guest)) !== 'running') test.sink.frames.length = 0;
    HAPPENS[each](test, guest);
    if (afterMs > 0) await test.clock.advance(afterMs);
  }
  await test.clock.advance(10_000);
  const { phase } = await test.host.inspect(guest);
  const sent = [...new Set(test.sink.stations)].toSorted((a, b) => (a < b ? -1 : 1));
  const { residence } = test.published ?? {};
  await test.host.close();
  return { phase, sent, residence, pending: test.clock.pending, warnings: test.warnings };
};

const phaseOf = async (test: TestHost, guest: FakeGuest) => (await test.host.inspect(guest)).phase;

describe('a history', () => {
  it('leaves the guest where it stands and announced, be it folded in one moment or spread over minutes', async () => {
    const happening = fc.constantFrom<Happening>(...(Object.keys(HAPPENS) as Happening[]));
    const flap = fc
      .tuple(fc.array(happening, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 12 }))
      .map(([block, times]) => Array.from({ length: times }, () => block).flat());
    const histories = fc.array(flap, { minLength: 1, maxLength: 6 }).map((blocks) => blocks.flat());
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const [folded, spread] = [await play(history, 0), await play(history, 3000)];
        expect(folded.phase).toBe(spread.phase);
        expect(folded.pending).toBe(spread.pending);
        if (spread.phase !== 'running') return;
        expect(folded.residence).toBe(spread.residence);
        expect(folded.sent).toEqual(spread.sent);
      }),
      { numRuns: 150, seed: 20_261_127 },
    );
  }, 120_000);
});
