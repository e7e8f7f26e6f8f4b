import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { mayBeSameMachine } from './same-machine.js';

describe('mayBeSameMachine', () => {
  it.each<[string, number[], number[], boolean]>([
    ['share no MAC', [1], [2], false],
    ['share none of many', [1, 3], [2, 4], false],
    ['share one', [1, 3], [3, 2], true],
    ['share all', [1, 3], [3, 1], true],
    ['tell none, one of them', [], [1], true],
    ['tell none, both', [], [], true],
  ])('of two that %s', (_, one, other, isSame) => {
    const [a, b] = [one.map(mac), other.map(mac)];
    expect([mayBeSameMachine(a, b), mayBeSameMachine(b, a)]).toEqual([isSame, isSame]);
  });
});
