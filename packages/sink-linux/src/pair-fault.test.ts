import type { LinkInfo, TrafficFilter } from '@nic-herald/linux-sys';
import { expect, it } from 'vitest';
import { pairFault } from './pair-fault.js';

const names = { near: 'herald0', far: 'herald1' };
const pair = { near: 7, far: 6, programId: 40 };
const sound: LinkInfo = {
  ...{ index: 7, name: 'herald0', up: true, carrier: true, operState: 'up', kind: 'veth' },
  ...{ linkedIndex: 6, mtu: 1500 },
};
const shared = { priority: 1, kind: 'bpf', allProtocols: true, chain: 0 };
const header: TrafficFilter = { ...shared, handle: 0 };
const ours: TrafficFilter = { ...shared, handle: 1, name: 'herald_inject', programId: 40 };
const other = { ...shared, name: 'drop', programId: 50 };

it.each<[string, LinkInfo | undefined, readonly TrafficFilter[], string | undefined]>([
  ['is gone', undefined, [], 'herald0 was removed'],
  ['has another name', { ...sound, name: 'x' }, [ours], 'herald0 was renamed to x'],
  ['is down', { ...sound, up: false }, [ours], 'herald0 was set down'],
  ['has no carrier', { ...sound, carrier: false }, [ours], 'herald1 was set down or taken away'],
  ['has another peer', { ...sound, linkedIndex: 9 }, [ours], 'herald1 was set down or taken away'],
  ['takes short packets only', { ...sound, mtu: 68 }, [ours], 'the MTU of herald0 was set to 68'],
  ['has no filter', sound, [], 'the program on what herald0 sends was removed'],
  ['has only the head of one', sound, [header], 'the program on what herald0 sends was removed'],
  [
    'has another of its name',
    sound,
    [header, { ...ours, programId: 41 }],
    'the program on what herald0 sends was removed',
  ],
  [
    'has one in front',
    sound,
    [header, { ...other, handle: 99 }, ours],
    'a filter (bpf, priority 1) was put on what herald0 sends',
  ],
  [
    'has one of another kind',
    sound,
    [header, ours, { ...header, kind: 'u32', priority: 7 }],
    'a filter (u32, priority 7) was put on what herald0 sends',
  ],
  ['is as it was built', sound, [header, ours], undefined],
  ['does not tell its MTU', (({ mtu: _, ...rest }) => rest)(sound), [header, ours], undefined],
])('an injector whose near end %s', (_, link, filters, fault) => {
  expect(pairFault(names, pair, link, () => filters)).toBe(fault);
});

it('of a kernel that does not tell which program a filter has is known by its name', () => {
  const { programId: _, ...unnumbered } = ours;
  expect(pairFault(names, { near: 7, far: 6 }, sound, () => [header, unnumbered])).toBeUndefined();
});
