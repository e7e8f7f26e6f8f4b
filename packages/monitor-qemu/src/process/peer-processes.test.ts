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
      { isQemu: undefined, startedToWait: undefined },
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
    clock.advance(2000);
    expect(await peer).toMatchObject({ incarnation: found, isQemu: undefined });
  });

  describe('asked at last', () => {
    const turn = () => new Promise((done) => setImmediate(done));

    it('waits for a command line as long as that takes', async () => {
      let tell: (args: string[]) => void = () => {};
      const line = new Promise<string[]>((resolve) => {
        tell = resolve;
      });
      const peers = new PeerProcesses(new TestClock(), system({ commandLine: () => line }));
      const peer = peers.behindAtLast(3, new AbortController().signal);
      tell(['qemu-system-x86_64']);
      expect(await peer).toMatchObject({ incarnation: found, isQemu: true });
    });

    it.each<[string, Partial<ProcessSystem>]>([
      ['a command line', { commandLine: async () => undefined }],
      ['a process', { processIncarnation: async () => undefined }],
    ])('asks again for %s that could not be read, ten times in all', async (_, over) => {
      const clock = new TestClock();
      const asked = system(over);
      let times = 0;
      const commandLine: ProcessSystem['commandLine'] = (pid) => {
        times += 1;
        return asked.commandLine(pid);
      };
      const peers = new PeerProcesses(clock, { ...asked, commandLine });
      const peer = peers.behindAtLast(3, new AbortController().signal);
      for (let passed = 0; passed < 12; passed += 1) {
        await turn();
        clock.advance(30_000);
      }
      expect((await peer)?.isQemu).toBeUndefined();
      expect([times, clock.timers]).toEqual([10, []]);
    });

    it('asks no more for a guest that is gone', async () => {
      const clock = new TestClock();
      const gone = new AbortController();
      const peers = new PeerProcesses(clock, system({ commandLine: async () => undefined }));
      const peer = peers.behindAtLast(3, gone.signal);
      await turn();
      gone.abort();
      expect([await peer, clock.timers]).toEqual([undefined, []]);
    });
  });
});
