import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from './fake-clock.js';
import { RecordedQemu } from './recorded-qemu.js';
import { loadRecording, recordingNames } from './recording.js';
import { ScriptedQmpServer } from './scripted-qmp-server.js';

const directory = await mkdtemp(join(tmpdir(), 'qmp-'));
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
process.once('exit', () => void rm(directory, { recursive: true }));

const serve = async (qemu: RecordedQemu, clock = new FakeClock()): Promise<string> => {
  const path = join(directory, `${closing.length}.qmp`);
  const server = new ScriptedQmpServer(qemu, clock);
  await server.listen(path);
  closing.push(() => server.close());
  return path;
};

const clientOf = (
  path: string,
): { say: (line: string) => Promise<unknown>; hear: () => Promise<unknown>; socket: Socket } => {
  const socket = connect(path);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const hear = async (): Promise<unknown> => {
    const next = await lines.next();
    return next.done === true ? undefined : JSON.parse(next.value);
  };
  return {
    socket,
    hear,
    say: (line) => {
      socket.write(`${line}\n`);
      return hear();
    },
  };
};

describe.each(recordingNames())('%s', (name) => {
  const { source, destination } = loadRecording(name);
  const replies = (side: 'source' | 'destination', exchanges: typeof source.before): void => {
    const qemu = new RecordedQemu(
      side === 'source' ? source : destination,
      new FakeClock(),
      side === 'source' ? 'running' : 'inmigrate',
    );
    if (exchanges === destination.after) qemu.resume();
    for (const { arguments: given, command, reply } of exchanges) {
      expect([command, given, qemu.answer(command, given)]).toEqual([command, given, { return: reply }]);
    }
  };

  test('the source answers as recorded', () => replies('source', source.before));
  test('the destination answers as recorded while it waits', () =>
    replies('destination', destination.before));
  test('the destination answers as recorded once it runs', () => replies('destination', destination.after));
  test('no answer is missing', () => {
    expect(source.before.length).toBeGreaterThan(15);
    expect(destination.before.length).toBeGreaterThan(10);
    expect(destination.after.length).toBeGreaterThan(3);
  });
});

describe('what was not recorded is answered as QEMU 7.2.22 answers', () => {
  const e1000 = loadRecording('e1000-macvlan').source;
  const error = (kind: string, desc: string) => ({ error: { class: kind, desc } });
  const NIC = '/machine/peripheral/nic0';
  test.each([
    ['nope', {}, error('CommandNotFound', 'The command nope has not been found')],
    [
      'query-rx-filter',
      { name: 'nic0' },
      error('GenericError', "net client(nic0) doesn't support rx-filter querying"),
    ],
    ['query-rx-filter', { name: 'zzz' }, error('GenericError', 'invalid net client name: zzz')],
    ['qom-get', { path: NIC, property: 'zzz' }, error('GenericError', "Property 'e1000.zzz' not found")],
    [
      'qom-get',
      { path: '/machine/zzz', property: 'type' },
      error('DeviceNotFound', "Device '/machine/zzz' not found"),
    ],
    ['qom-get', {}, error('GenericError', "Parameter 'path' is missing")],
    ['qom-list', { path: '/machine/zzz' }, error('DeviceNotFound', "Device '/machine/zzz' not found")],
    ['qom-list', { path: '/machine/peripheral-anon' }, { return: [{ name: 'type', type: 'string' }] }],
    ['query-migrate', {}, { return: {} }],
    ['human-monitor-command', { 'command-line': 'zzz' }, { return: "unknown command: 'zzz'\r\n" }],
    [
      'human-monitor-command',
      { 'command-line': 'xp /5wx 0xfebc5400' },
      {
        return:
          '00000000febc5400: 0x00005452 0x80000100 0xaa005452 0x80000100\r\n00000000febc5410: 0xaa005452\r\n',
      },
    ],
    [
      'human-monitor-command',
      { 'command-line': 'xp /1xw 0xfebc0008' },
      { return: '00000000febc0008: 0x00000000\r\n' },
    ],
    [
      'human-monitor-command',
      { 'command-line': 'xp /4xw 0xfe000000' },
      { return: '00000000fe000000: Cannot access memory\r\n' },
    ],
  ])('%s %j', (command, given, reply) => {
    expect(new RecordedQemu(e1000, new FakeClock(), 'running').answer(command, given)).toEqual(reply);
  });
});

test('registers are out of reach until the guest runs on the destination', () => {
  const qemu = new RecordedQemu(loadRecording('e1000-macvlan').destination, new FakeClock(), 'inmigrate');
  const rctl = { 'command-line': 'xp /1xw 0xfebc0100' };
  expect(qemu.answer('human-monitor-command', rctl)).toEqual({
    return: '00000000febc0100: Cannot access memory\r\n',
  });
  qemu.resume();
  expect(qemu.answer('human-monitor-command', rctl)).toEqual({ return: '00000000febc0100: 0x00048002\r\n' });
  qemu.memory.write(0xfebc0100, 0x8);
  expect(qemu.answer('human-monitor-command', rctl)).toEqual({ return: '00000000febc0100: 0x00000008\r\n' });
});

test('tells once of a changed filter, until it is asked; and of migrations with the events capability only', () => {
  const qemu = new RecordedQemu(loadRecording('virtio-vlan-noga').source, new FakeClock(1000.5), 'running');
  const events: unknown[] = [];
  qemu.onEvent((event) => events.push(event));
  qemu.changeRxFilter('nic0', { 'vlan-table': [10] });
  qemu.changeRxFilter('nic0', { 'vlan-table': [20] });
  expect(qemu.answer('query-rx-filter', { name: 'nic0' })).toMatchObject({
    return: [{ 'vlan-table': [20] }],
  });
  qemu.changeRxFilter('nic0', { 'vlan-table': [30] });
  qemu.migrate('setup');
  qemu.answer('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
  qemu.migrate('active');
  const timestamp = { seconds: 1, microseconds: 500 };
  const data = { name: 'nic0', path: '/machine/peripheral/nic0/virtio-backend' };
  expect(events).toEqual([
    { timestamp, event: 'NIC_RX_FILTER_CHANGED', data },
    { timestamp, event: 'NIC_RX_FILTER_CHANGED', data },
    { timestamp, event: 'MIGRATION', data: { status: 'active' } },
  ]);
});

test('tells how a migration stands as QEMU does: only the sending end says how long it takes', async () => {
  const clock = new FakeClock();
  const { destination, source } = loadRecording('virtio-macvlan-noga'); // its destination never told of the end
  const from = new RecordedQemu(source, clock, 'running');
  const to = new RecordedQemu(destination, clock, 'inmigrate');
  const told = () => [from, to].map((qemu) => qemu.answer('query-migrate'));
  from.migrate('setup');
  expect(told()).toEqual([{ return: { status: 'setup' } }, { return: {} }]);
  await clock.advance(300);
  from.migrate('active');
  to.migrate('active');
  expect(told()).toEqual([
    { return: { status: 'active', 'total-time': 300 } },
    { return: { status: 'active' } },
  ]);
  from.stop('finish-migrate');
  from.migrate('completed');
  to.resume();
  expect(told()).toEqual([
    { return: { status: 'completed', 'total-time': 300 } },
    { return: { status: 'completed' } },
  ]);
  expect(from.answer('query-status')).toMatchObject({ return: { status: 'postmigrate', running: false } });
});

test('speaks QMP: greeting, negotiation, replies by id, events, garbage', async () => {
  const qemu = new RecordedQemu(loadRecording('e1000-macvlan').source, new FakeClock(), 'running');
  const { hear, say, socket } = clientOf(await serve(qemu));
  expect(await hear()).toHaveProperty('QMP.version.qemu.major', 7);
  expect(await say('{"execute":"query-status","id":0}')).toMatchObject({
    id: 0,
    error: { class: 'CommandNotFound' },
  });
  expect(await say('{"execute":"qmp_capabilities","id":"one"}')).toEqual({ return: {}, id: 'one' });
  expect(await say('{"execute":"qmp_capabilities"}')).toMatchObject({ error: { class: 'CommandNotFound' } });
  expect(await say('garbage')).toMatchObject({ error: { class: 'GenericError' } });
  expect(await say('{"id":7}')).toMatchObject({ id: 7, error: { desc: "QMP input lacks member 'execute'" } });
  qemu.stop('paused');
  expect(await hear()).toMatchObject({ event: 'STOP' });
  socket.destroy();
});

test('serves one client at a time, and closing cuts it off', async () => {
  const qemu = new RecordedQemu(loadRecording('e1000-macvlan').source, new FakeClock(), 'running');
  const path = await serve(qemu);
  const first = clientOf(path);
  expect(await first.hear()).toHaveProperty('QMP');
  const second = clientOf(path);
  const greeted = second.hear();
  expect(await first.say('{"execute":"qmp_capabilities"}')).toEqual({ return: {} });
  first.socket.destroy();
  expect(await greeted).toHaveProperty('QMP');
  for (const close of closing.splice(0)) await close();
  expect(await second.hear()).toBeUndefined();
});
