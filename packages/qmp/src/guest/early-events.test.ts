import { describe, expect, it } from 'vitest';
import { type EarlyEvent, EarlyEvents, eventsAfter, type Replied } from './early-events.js';

/** `RESUME@20`; `active@10` is a MIGRATION; without a stamp QEMU had no clock. */
const eventOf = (text: string): EarlyEvent => {
  const [what = '', stamp] = text.split('@');
  const isStatus = what === what.toLowerCase();
  const event = { name: isStatus ? 'MIGRATION' : what, data: isStatus ? { status: what } : undefined };
  return { event: stamp === undefined ? event : { ...event, stampedAt: Number(stamp) }, readAt: 0 };
};

describe('eventsAfter', () => {
  const runs: Replied = { running: true, migration: undefined };
  const stands: Replied = { running: false, migration: undefined };
  it.each<[string, string, Replied, string]>([
    ['nothing', '', runs, ''],
    ['a STOP of one that stood', 'STOP@1', stands, ''],
    ['a STOP of one that ran', 'STOP@1', runs, 'STOP@1'],
    ['a RESUME of one that ran', 'RESUME@1', runs, ''],
    ['a RESUME of one that stood', 'RESUME@1', stands, 'RESUME@1'],
    ['what came in the wrong order', 'RESUME@2 STOP@1', runs, 'STOP@1 RESUME@2'],
    ['what came as it happened, without a clock', 'RESUME STOP@1', stands, 'RESUME STOP@1'],
    ['what came twice', 'STOP@1 STOP@1', runs, 'STOP@1'],
    [
      'statuses before the one that it has',
      'setup@1 active@2 completed@3',
      { ...runs, migration: 'active' },
      'completed@3',
    ],
    [
      'statuses behind the one that it has',
      'completed@3 active@2 setup@1',
      { ...runs, migration: 'completed' },
      '',
    ],
    [
      'statuses after the one that it had long ago',
      'setup@1 active@2',
      { ...runs, migration: 'cancelled' },
      'setup@1 active@2',
    ],
    ['what has no place', 'RESET@1 NIC_RX_FILTER_CHANGED@2', stands, 'RESET@1 NIC_RX_FILTER_CHANGED@2'],
  ])('keeps what the replies do not say: %s', (_, came, replied, kept) => {
    const all = came.split(' ').filter((text) => text !== '');
    const events = new Map(all.map((text) => [eventOf(text), text]));
    const left = eventsAfter([...events.keys()], replied).map((event) => events.get(event));
    expect(left.join(' ')).toBe(kept);
  });
});

describe('EarlyEvents', () => {
  const wanted = new Set(['STOP', 'RESUME', 'MIGRATION']);

  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [], []],
    ['what nothing follows from', ['BALLOON_CHANGE@1', 'STOP@2'], ['STOP@2']],
    ['a few', ['STOP@1', 'RESUME@2', 'active@3'], ['STOP@1', 'RESUME@2', 'active@3']],
  ])('keeps of %s what is wanted, in order', (_, came, kept) => {
    const early = new EarlyEvents(wanted);
    const events = new Map(came.map((text) => [eventOf(text), text]));
    for (const event of events.keys()) early.add(event);
    expect(early.take().map((event) => events.get(event))).toEqual(kept);
    expect(early.take()).toEqual([]);
  });

  it('keeps the newest of a flood, and what else came before it', () => {
    const early = new EarlyEvents(wanted);
    const first = eventOf('active@0');
    early.add(first);
    for (let at = 1; at <= 5000; at += 1) {
      early.add(eventOf(`STOP@${at}`));
      early.add(eventOf(`RESUME@${at}.5`));
    }
    const kept = early.take();
    expect(kept.length).toBeLessThanOrEqual(401);
    expect(kept[0]).toBe(first);
    expect(kept.at(-1)?.event).toMatchObject({ name: 'RESUME', stampedAt: 5000.5 });
    expect(kept.at(-2)?.event).toMatchObject({ name: 'STOP', stampedAt: 5000 });
  });
});
