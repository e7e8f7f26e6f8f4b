import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { isSameMachine, mayBeOf } from './same-machine.js';

describe('isSameMachine and mayBeOf', () => {
  it.each<[string, number[], number[], boolean, boolean]>([
    ['share no MAC', [1], [2], false, false],
    ['share none of many', [1, 3], [2, 4], false, false],
    ['share one', [1, 3], [3, 2], true, true],
    ['share all', [1, 3], [3, 1], true, true],
    ['the written one names none', [], [1], false, false],
    ['the guest tells none', [1], [], false, true],
    ['neither names any', [], [], false, true],
  ])('where %s', (_, written, guest, isSame, may) => {
    const [a, b] = [written.map(mac), guest.map(mac)];
    expect([isSameMachine(a, b), isSameMachine(b, a), mayBeOf(a, b)]).toEqual([isSame, isSame, may]);
  });
});
