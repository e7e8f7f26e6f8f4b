import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { PeerProcesses, type ProcessSystem } from './peer-processes.js';

const found = { bootId: 'b', pid: 7, startTicks: 9 };
const system = (over: Partial<ProcessSystem> = {}): ProcessSystem => ({
  peerOf: () => ({ pid: 7, uid: 0 }),
  processIncarnation: async () => ({ ...found, startedAt: 5 }),
  commandLine: async () => ['qemu-system-x86_64', '-incoming', 'defer'],
  ...over,
});
const failing = (code: string) => (): never => {
  throw Object.assign(new Error(code), { code });
};

describe('PeerProcesses', () => {
  it.each<[string, Partial<ProcessSystem>, unknown]>([
    ['a QEMU that waits', {}, { isQemu: true, startedToWait: true }],
    ['a QEMU that booted', { commandLine: async () => ['kvm'] }, { isQemu: true, startedToWait: false }],
    [
      'a program in between',
      { commandLine: async () => ['proxy', '/run/vm/a.qmp'] },
      { isQemu: false, startedToWait: undefined },
    ],
    [
      'a program that wraps a QEMU which waits',
      { commandLine: async () => ['wrapper', '-incoming', 'defer'] },
      { isQemu: false, startedToWait: true },
    ],
    [
      'one whose command line is not shown',
      { commandLine: async () => undefined },
      { isQemu: false, startedToWait: undefined },
    ],
    ['one of another namespace', { peerOf: () => undefined }, undefined],
    ['one that has ended', { processIncarnation: async () => undefined }, undefined],
    ['a socket that is gone', { peerOf: failing('HERALD_SYSTEM_CALL') }, undefined],
  ])('knows %s', async (_, over, known) => {
    const clock = new TestClock();
    const peer = await new PeerProcesses(clock, system(over)).behind(3);
    expect(peer).toEqual(known && { incarnation: found, startedAt: 5, ...known });
    expect(clock.timers).toEqual([]);
  });

  it('does without native calls, and asks for them once', async () => {
    let asked = 0;
    const peerOf = () => {
      asked += 1;
      return failing('HERALD_NATIVE_UNAVAILABLE')();
    };
    const peers = new PeerProcesses(new TestClock(), system({ peerOf }));
    expect([await peers.behind(3), await peers.behind(3)]).toEqual([undefined, undefined]);
    expect(asked).toBe(1);
  });

  it('has nothing to ask about a socket without a descriptor', async () => {
    const peers = new PeerProcesses(new TestClock(), system({ peerOf: failing('unasked') }));
    expect(await peers.behind(undefined)).toBeUndefined();
  });

  it('waits only so long for a command line', async () => {
    const clock = new TestClock();
    const never = new Promise<never>(() => {});
    const peer = new PeerProcesses(clock, system({ commandLine: () => never })).behind(3);
    clock.advance(500);
    expect(await peer).toMatchObject({ incarnation: found, isQemu: false });
  });
});
