import { describe, expect, it } from 'vitest';
import { EventOrder, type EventPlace } from './event-order.js';

type Step = { replied: number } | [key: string, stampedAt: number | undefined, place: EventPlace];

describe('EventOrder', () => {
  it.each<[string, readonly Step[]]>([
    [
      'an older event is late',
      [
        ['STOP', 20, 'next'],
        ['RESUME', 10, 'late'],
        ['RESUME', 30, 'next'],
      ],
    ],
    [
      'a late event makes no other one late',
      [
        ['A', 20, 'next'],
        ['B', 10, 'late'],
        ['C', 15, 'late'],
        ['D', 20, 'next'],
      ],
    ],
    [
      'the newest comes again',
      [
        ['STOP', 20, 'next'],
        ['STOP', 20, 'again'],
        ['STOP', 20, 'again'],
      ],
    ],
    [
      'an older one that comes again is late',
      [
        ['A', 10, 'next'],
        ['B', 20, 'next'],
        ['A', 10, 'late'],
      ],
    ],
    [
      'two of one moment are two',
      [
        ['STOP', 20, 'next'],
        ['RESUME', 20, 'next'],
      ],
    ],
    [
      'without a clock they are as they come',
      [
        ['A', undefined, 'next'],
        ['A', undefined, 'next'],
        ['B', 1, 'next'],
        ['A', undefined, 'next'],
      ],
    ],
    [
      'what was before a question is in its reply',
      [{ replied: 100 }, ['A', 50, 'late'], ['B', 94, 'late'], ['C', 101, 'next']],
    ],
    ['clocks are a little apart', [{ replied: 100 }, ['A', 96, 'next']]],
    [
      'a reply lets the newest event stand',
      [['A', 99, 'next'], { replied: 100 }, ['A', 99, 'again'], ['B', 98, 'late']],
    ],
    [
      'the clock was set back',
      [['A', 5000, 'next'], ['B', 1000, 'late'], { replied: 1001 }, ['C', 1002, 'next'], ['A', 5000, 'next']],
    ],
  ])('%s', (_, steps) => {
    const order = new EventOrder();
    for (const step of steps) {
      if ('replied' in step) order.replied(step.replied);
      else expect([step[0], order.place(step[0], step[1])]).toEqual([step[0], step[2]]);
    }
  });
});
