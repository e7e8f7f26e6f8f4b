import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { DomainProcesses, type ProcessSystem } from './domain-processes.js';

const uuid = '6b1d1c9e-0000-4000-8000-000000000001';
const other = '6b1d1c9e-0000-4000-8000-000000000002';
const qemu = (of: string, ...more: readonly string[]) => [
  '/usr/bin/qemu-system-x86_64',
  '-S',
  '-uuid',
  of,
  ...more,
];
const web = { name: 'web-1', uuid };

interface Machine {
  readonly files?: Readonly<Record<string, string>>;
  /** Command lines by process; `slow` never comes, `hidden` cannot be read. */
  readonly processes: Readonly<Record<number, readonly string[] | 'slow' | 'hidden' | 'broken'>>;
}

const bed = ({ files = {}, processes }: Machine) => {
  const clock = new TestClock();
  const read: number[] = [];
  const system: ProcessSystem = {
    pidFile: async (path) => files[path] ?? Promise.reject(new Error('ENOENT')),
    processes: async () => ['self', 'cpuinfo', ...Object.keys(processes)],
    processIncarnation: async (pid) =>
      pid in processes ? { bootId: 'b', pid, startTicks: 100 + pid, startedAt: 5 } : undefined,
    commandLine: (pid) => {
      read.push(pid);
      const args = processes[pid];
      if (args === 'slow') return new Promise(() => undefined);
      if (args === 'broken') return Promise.reject(new Error('EIO'));
      return Promise.resolve(typeof args === 'string' ? undefined : args);
    },
  };
  return { clock, read, processes: new DomainProcesses('/run/libvirt', clock, system) };
};

const file = '/run/libvirt/qemu/web-1.pid';
const found = (pid: number, startedToWait = false) => ({
  incarnation: { bootId: 'b', pid, startTicks: 100 + pid },
  startedAt: 5,
  isQemu: true,
  startedToWait,
});

describe('the QEMU of a domain', () => {
  it.each<[string, Machine, unknown]>([
    ['no process', { processes: {} }, undefined],
    ['a process that ended', { files: { [file]: '7' }, processes: {} }, undefined],
    ['that of another domain', { files: { [file]: '7' }, processes: { 7: qemu(other) } }, undefined],
    [
      'one that is no QEMU',
      { files: { [file]: '7' }, processes: { 7: ['/bin/sh', '-uuid', uuid] } },
      undefined,
    ],
    ['one that cannot be read', { files: { [file]: '7' }, processes: { 7: 'hidden' } }, undefined],
    ['one whose reading fails', { files: { [file]: '7' }, processes: { 7: 'broken' } }, undefined],
    ['one without a UUID', { files: { [file]: '7' }, processes: { 7: ['qemu-kvm', '-uuid'] } }, undefined],
    ['a file of garbage', { files: { [file]: '-1; x' }, processes: { 7: qemu(uuid) } }, found(7)],
    ['an empty file', { files: { [file]: '' }, processes: { 7: qemu(uuid) } }, found(7)],
    ['a number that is none', { files: { [file]: '99999999999' }, processes: { 7: qemu(uuid) } }, found(7)],
    ['a stale file', { files: { [file]: '6' }, processes: { 6: qemu(other), 7: qemu(uuid) } }, found(7)],
    ['no file', { processes: { 5: ['/sbin/init'], 6: 'hidden', 7: qemu(uuid.toUpperCase()) } }, found(7)],
    ['the file', { files: { [file]: '7\n' }, processes: { 7: qemu(uuid) } }, found(7)],
    [
      'one that waits',
      { files: { [file]: '7' }, processes: { 7: qemu(uuid, '-incoming', 'defer') } },
      found(7, true),
    ],
  ])('%s', async (_, machine, expected) => {
    expect(await bed(machine).processes.of(web)).toEqual(expected);
  });

  it('asks for no file outside of the directory', async () => {
    const files = { '/run/x.pid': '7', '/run/libvirt/qemu/../../x.pid': '7' };
    const { processes } = bed({ files, processes: { 7: ['sh'] } });
    expect(await processes.of({ name: '../../x', uuid })).toBeUndefined();
  });

  it('does not list other processes where the file serves', async () => {
    const { processes, read } = bed({ files: { [file]: '7' }, processes: { 7: qemu(uuid), 8: qemu(other) } });
    await processes.of(web);
    expect(read).toEqual([7]);
  });

  it('tells what it has of one whose command line takes too long', async () => {
    const { processes, clock } = bed({ files: { [file]: '7' }, processes: { 7: 'slow' } });
    const asked = processes.of(web);
    await new Promise(setImmediate);
    clock.advance(500);
    expect(await asked).toEqual({
      incarnation: { bootId: 'b', pid: 7, startTicks: 107 },
      startedAt: 5,
      isQemu: undefined,
    });
    expect(clock.timers).toEqual([]);
  });

  it('finds it behind one that takes too long', async () => {
    const { processes, clock } = bed({ processes: { 6: 'slow', 7: qemu(uuid) } });
    const asked = processes.of(web);
    await new Promise(setImmediate);
    clock.advance(500);
    expect(await asked).toEqual(found(7));
  });

  it('makes one list for many domains, and another a second later', async () => {
    const { processes, clock, read } = bed({ processes: { 7: qemu(uuid) } });
    await Promise.all([web, { ...web, name: 'a' }].map((each) => processes.of(each)));
    expect(read.filter((pid) => pid === 7)).toHaveLength(3); // once for the list, and for each that was found there
    clock.advance(1000);
    await processes.of(web);
    expect(read.filter((pid) => pid === 7)).toHaveLength(5);
  });
});
