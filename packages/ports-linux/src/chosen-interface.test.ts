import type { NicBackend } from '@nic-herald/core';
import type { HeldInterface } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { chosenInterface } from './chosen-interface.js';

const tap = (fd: number, name: string): HeldInterface => ({ fd, kind: 'tap', name });
const macvtap = (fd: number, index: number): HeldInterface => ({
  fd,
  kind: 'macvtap',
  index,
  device: 0xf2_00 + index,
});
const backend = (over: Partial<NicBackend>): NicBackend => ({ type: 'tap', name: 'net0', ...over });

describe('chosenInterface', () => {
  it.each<[string, Partial<NicBackend>, HeldInterface[], RegExp]>([
    [
      'a name that the process does not have open',
      { interfaceName: 'uplink0' },
      [tap(9, 'tap0')],
      /uplink0.*open tap0$/,
    ],
    ['a name where it has none open', { interfaceName: 'tap0' }, [], /it has no tap open/],
    [
      'a descriptor that is no tap',
      { descriptors: [12] },
      [tap(9, 'tap0')],
      /descriptor 12, which is not one tap/,
    ],
    [
      'queues of two taps',
      { descriptors: [9, 10] },
      [tap(9, 'tap0'), tap(10, 'tap1')],
      /9, 10, which is not one tap/,
    ],
    [
      'two files of one name that are not one device',
      { descriptors: [9, 10] },
      [macvtap(9, 4), { ...macvtap(10, 4), device: 3 } as HeldInterface],
      /9, 10, which is not one tap/,
    ],
    ['no word, and two taps', {}, [tap(9, 'tap0'), tap(10, 'tap1')], /does not say which.*tap0, tap1/],
    ['no word, and a tap beside a macvtap', {}, [tap(9, 'tap0'), macvtap(10, 4)], /tap0, macvtap number 4/],
    ['no word, and nothing open', {}, [], /does not say which/],
  ])('refuses %s', (_, over, held, problem) => {
    expect(chosenInterface(backend(over), held)).toEqual({
      problem: expect.stringMatching(problem) as string,
    });
  });

  it.each<[string, Partial<NicBackend>, HeldInterface[], HeldInterface]>([
    ['the tap of that name', { interfaceName: 'tap,b' }, [tap(9, 'tap'), tap(10, 'tap,b')], tap(10, 'tap,b')],
    [
      'the tap behind a descriptor, however it is called',
      { descriptors: [10] },
      [tap(9, 'a'), tap(10, 'b')],
      tap(10, 'b'),
    ],
    ['the tap of all its queues', { descriptors: [9, 10] }, [tap(9, 'a'), tap(10, 'a')], tap(9, 'a')],
    ['a macvtap', { descriptors: [9] }, [macvtap(9, 4)], macvtap(9, 4)],
    ['the only one there is', {}, [tap(9, 'a'), tap(10, 'a')], tap(9, 'a')],
  ])('chooses %s', (_, over, held, chosen) => {
    expect(chosenInterface(backend(over), held)).toEqual({ chosen });
  });
});
