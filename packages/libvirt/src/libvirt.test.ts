import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { HeraldError } from '@nic-herald/core';
import { afterEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../qmp/test/test-clock.js';
import { withDirectory } from '../../qmp/test/with-directory.js';
import { FakeDaemon } from '../test/fake-daemon.js';
import { fakeDomain } from '../test/fake-domain.js';
import { FakeRefusal } from '../test/fake-refusal.js';
import { recorded } from '../test/recorded-packets.js';
import { Libvirt, type LibvirtOptions, MAX_METADATA_BYTES } from './libvirt.js';
import { LIBVIRT_CODES, libvirtCodeOf } from './libvirt-error.js';
import { DEFAULT_LIBVIRT_LIMITS } from './libvirt-limits.js';
import { PROCEDURES } from './rpc/procedures.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const web = fakeDomain();
const { quietMs, aliveTimeoutMs, openTimeoutMs, callTimeoutMs } = DEFAULT_LIBVIRT_LIMITS;

const open: Array<{ close(): unknown }> = [];
let clock = new TestClock();
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
  clock = new TestClock();
});

const listen = async (directory: string, setUp?: (daemon: FakeDaemon) => void): Promise<FakeDaemon> => {
  const daemon = await FakeDaemon.listen(join(directory, 'libvirt-sock'), setUp);
  open.push(daemon);
  return daemon;
};

const connected = async (directory: string, options?: LibvirtOptions) => {
  const domain = fakeDomain();
  const daemon = await listen(directory, ({ domains }) => void domains.push(domain));
  const libvirt = await Libvirt.open(daemon.path, clock, options);
  open.push(libvirt);
  return { daemon, libvirt, domain };
};

const inDirectory =
  (work: (directory: string) => Promise<void>): (() => Promise<void>) =>
  () =>
    withDirectory(work);

describe('opening libvirt', () => {
  test(
    'tells that no socket is there',
    inDirectory(async (directory) => {
      await expect(Libvirt.open(join(directory, 'none'), clock)).rejects.toMatchObject({
        code: 'HERALD_LIBVIRT_CONNECT',
        details: { errno: 'ENOENT' },
        message: expect.stringContaining('there is no such socket'),
      });
      expect(clock.timers).toEqual([]);
    }),
  );

  test(
    'tells that nothing listens',
    inDirectory(async (directory) => {
      const path = join(directory, 'file');
      await writeFile(path, '');
      await expect(Libvirt.open(path, clock)).rejects.toMatchObject({ details: { errno: 'ECONNREFUSED' } });
    }),
  );

  test('tells that it may not', async () => {
    const connecting = (): Socket => {
      const socket = new Socket();
      queueMicrotask(() => socket.destroy(Object.assign(new Error('connect EACCES'), { code: 'EACCES' })));
      return socket;
    };
    await expect(Libvirt.open('/run/x', clock, { connecting })).rejects.toMatchObject({
      code: 'HERALD_LIBVIRT_CONNECT',
      message: expect.stringContaining('run nic-herald as root, or as a user of the socket'),
    });
  });

  test('tells of a path too long for a socket', async () => {
    await expect(Libvirt.open(`/${'x'.repeat(107)}`, clock)).rejects.toEqual(code('HERALD_LIBVIRT_CONNECT'));
  });

  test.each([
    ['polkit', [2], 'polkit'],
    ['what nobody knows', [1, 77], 'sasl, method 77'],
    ['nothing at all', [], 'nothing'],
  ])('tells that authentication by %s is wanted', (_name, methods, names) =>
    withDirectory(async (directory) => {
      const daemon = await listen(directory, (each) => {
        each.authMethods = methods;
      });
      await expect(Libvirt.open(daemon.path, clock)).rejects.toMatchObject({
        code: 'HERALD_LIBVIRT_AUTH',
        details: { methods: names },
      });
      expect(daemon.count('open')).toBe(0);
    }),
  );

  test(
    'tells what libvirt says where it has no such driver',
    inDirectory(async (directory) => {
      const daemon = await listen(directory, ({ answers }) => {
        answers.open = () => {
          throw new FakeRefusal(5, 'no connection driver available');
        };
      });
      await expect(Libvirt.open(daemon.path, clock)).rejects.toMatchObject({
        code: 'HERALD_LIBVIRT_REFUSED',
        message: expect.stringContaining('no connection driver available'),
      });
    }),
  );

  test(
    'gives up a daemon that accepts and never answers',
    inDirectory(async (directory) => {
      const daemon = await listen(directory, (each) => {
        each.isFrozen = true;
      });
      const opening = Libvirt.open(daemon.path, clock, { limits: { quietMs: 60_000 } });
      const settled = expect(opening).rejects.toEqual(code('HERALD_LIBVIRT_SILENT'));
      await daemon.called('authList');
      clock.advance(openTimeoutMs);
      await settled;
      expect(clock.timers).toEqual([]);
    }),
  );

  test(
    'tells that the daemon went meanwhile',
    inDirectory(async (directory) => {
      const daemon = await listen(directory, ({ answers }) => {
        answers.open = (_args, { socket }) => void socket.destroy();
      });
      await expect(Libvirt.open(daemon.path, clock)).rejects.toEqual(code('HERALD_LIBVIRT_DISCONNECTED'));
    }),
  );

  test(
    'can be cancelled',
    inDirectory(async (directory) => {
      const daemon = await listen(directory, (each) => {
        each.isFrozen = true;
      });
      const abort = new AbortController();
      const opening = Libvirt.open(daemon.path, clock, { signal: abort.signal });
      await daemon.called('authList');
      abort.abort();
      await expect(opening).rejects.toEqual(code('HERALD_CANCELLED'));
      await expect(Libvirt.open(daemon.path, clock, { signal: abort.signal })).rejects.toEqual(
        code('HERALD_CANCELLED'),
      );
    }),
  );

  test.each([
    ['read and write', false, 0],
    ['read-only', true, 1],
  ])('asks for the QEMU of the system, %s', (_name, readOnly, flags) =>
    withDirectory(async (directory) => {
      const asked: unknown[] = [];
      const daemon = await listen(directory, ({ answers }) => {
        const { open: usual } = answers;
        answers.open = (args, client) => {
          asked.push(
            args.optional('uri', () => args.string(99, 'uri')),
            args.uint('flags'),
          );
          return usual?.(args, client);
        };
      });
      open.push(await Libvirt.open(daemon.path, clock, { readOnly }));
      expect(asked).toEqual(['qemu:///system', flags]);
    }),
  );
});

describe('libvirt ends', () => {
  test.each<[string, string, (daemon: FakeDaemon) => void]>([
    ['when the daemon goes', 'HERALD_LIBVIRT_DISCONNECTED', (daemon) => daemon.disconnect()],
    [
      'at what is no packet',
      'HERALD_LIBVIRT_PROTOCOL',
      (daemon) => daemon.raw(Buffer.from('{"QMP": {"version": {}}}')),
    ],
    [
      'at an event that is cut short',
      'HERALD_LIBVIRT_PROTOCOL',
      (daemon) => daemon.message(PROCEDURES.monitorEvent, new Uint8Array(4)),
    ],
    [
      'at a reply that was not asked for',
      'HERALD_LIBVIRT_PROTOCOL',
      (daemon) => daemon.raw(recorded('domainsReply')),
    ],
    [
      'at a call by the daemon',
      'HERALD_LIBVIRT_PROTOCOL',
      (daemon) => {
        const packet = recorded('stopEvent').slice();
        packet[19] = 0;
        daemon.raw(packet);
      },
    ],
  ])('%s, with one error for all', (_name, expected, harm) =>
    withDirectory(async (directory) => {
      const { daemon, libvirt } = await connected(directory);
      daemon.answers.state = () => undefined;
      const calls = [libvirt.state(web), libvirt.xml(web), libvirt.monitorCommand(web, '{}')];
      await daemon.called('state');
      harm(daemon);
      const results = await Promise.allSettled(calls);
      const reason = await libvirt.ended;
      expect(reason.code).toBe(expected);
      expect(reason.message).toContain(daemon.path);
      for (const each of results) expect(each).toEqual({ status: 'rejected', reason });
      await expect(libvirt.domains()).rejects.toBe(reason);
      expect(clock.timers).toEqual([]);
    }),
  );

  test(
    'when it is closed',
    inDirectory(async (directory) => {
      const { daemon, libvirt } = await connected(directory);
      daemon.answers.state = () => undefined;
      const call = libvirt.state(web);
      libvirt.close();
      libvirt.close();
      await expect(call).rejects.toEqual(code('HERALD_LIBVIRT_DISCONNECTED'));
      expect(await libvirt.ended).toEqual(code('HERALD_LIBVIRT_DISCONNECTED'));
      expect(clock.timers).toEqual([]);
    }),
  );

  test(
    'when the daemon hangs, though nothing was asked',
    inDirectory(async (directory) => {
      const { daemon, libvirt } = await connected(directory);
      daemon.isFrozen = true;
      clock.advance(quietMs);
      await daemon.called('ping');
      clock.advance(aliveTimeoutMs);
      expect(await libvirt.ended).toEqual(code('HERALD_LIBVIRT_SILENT'));
    }),
  );

  test(
    'when calls hang in all places, but not before it is 30 s old',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await connected(directory, { limits: { quietMs: 600_000 } });
      const alive = new Promise<void>((resolve) => void libvirt.hearLifecycle(() => resolve()));
      await libvirt.domains();
      daemon.answers.state = () => undefined;
      const ids = ['1', '2', '3', '4'];
      const domains = ids.map((id) => fakeDomain({ uuid: web.uuid.replace(/.$/, id) }));
      const calls = domains.map((each) => libvirt.state(each).catch((error: HeraldError) => error.code));
      await daemon.called('state', 4);
      clock.advance(callTimeoutMs);
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['HERALD_LIBVIRT_TIMEOUT']));
      await daemon.called('ping'); // the daemon is asked whether it lives
      daemon.lifecycle(domain, 4, 0);
      await alive; // it does
      let hasEnded = false;
      void libvirt.ended.then(() => {
        hasEnded = true;
      });
      clock.advance(24_000);
      await new Promise((resolve) => setImmediate(resolve));
      expect(hasEnded).toBe(false);
      clock.advance(1000);
      expect(await libvirt.ended).toMatchObject({
        code: 'HERALD_LIBVIRT_SILENT',
        message: expect.stringContaining('left 4 calls unanswered'),
      });
    }),
  );
});

describe('libvirt', () => {
  test(
    'tells what is there',
    inDirectory(async (directory) => {
      const { libvirt, domain } = await connected(directory);
      const [found, ...others] = await libvirt.domains();
      expect([found, others]).toEqual([{ name: 'web-1', uuid: domain.uuid, id: 1 }, []]);
      expect(await libvirt.version()).toEqual({ libvirt: '9.0.0', hypervisor: '7.2.22' });
      expect(await libvirt.xml(domain)).toBe(domain.xml);
      expect(await libvirt.state(domain)).toEqual({ state: 1, reason: 1 });
    }),
  );

  test(
    'passes on what is said to QEMU, and its answer',
    inDirectory(async (directory) => {
      const { libvirt, domain } = await connected(directory);
      domain.monitor = (command) => `{"return":${command}}`;
      expect(await libvirt.monitorCommand(domain, '{"execute":"é"}')).toBe('{"return":{"execute":"é"}}');
      const large = `"${'x'.repeat(3_000_000)}"`;
      expect(await libvirt.monitorCommand(domain, large)).toBe(`{"return":${large}}`);
    }),
  );

  test(
    'refuses what libvirt would not take',
    inDirectory(async (directory) => {
      const { libvirt, daemon } = await connected(directory);
      const xml = 'x'.repeat(MAX_METADATA_BYTES + 1);
      const uri = 'urn:x';
      for (const call of [
        libvirt.setMetadata(web, { uri, key: 'x', xml }),
        libvirt.monitorCommand(web, 'x'.repeat(4 * 1024 * 1024 + 1)),
        libvirt.xml({ ...web, uuid: 'web-1' }),
        libvirt.xml(web, 0.5),
        libvirt.state({ ...web, name: 'x'.repeat(5000) }),
      ]) {
        await expect(call).rejects.toEqual(code('HERALD_LIBVIRT_ARGUMENT'));
      }
      expect(daemon.calls).toEqual(['authList', 'open']);
    }),
  );

  test(
    'sets metadata, tells it, removes it',
    inDirectory(async (directory) => {
      const { libvirt, domain } = await connected(directory);
      const heard: unknown[] = [];
      await libvirt.hearMetadata(({ domain: { uuid }, type, uri }) => heard.push([uuid, type, uri]));
      expect(await libvirt.metadata(domain, 'urn:x')).toBeUndefined();
      await libvirt.setMetadata(domain, { uri: 'urn:x', key: 'x', xml: '<x/>' });
      expect(await libvirt.metadata(domain, 'urn:x')).toBe('<x/>');
      await libvirt.setMetadata(domain, { uri: 'urn:x', key: 'x' });
      expect(await libvirt.metadata(domain, 'urn:x')).toBeUndefined();
      expect(heard).toEqual([
        [domain.uuid, 2, 'urn:x'],
        [domain.uuid, 2, 'urn:x'],
      ]);
      const gone = await libvirt
        .metadata({ ...domain, uuid: domain.uuid.replace(/.$/, '9') }, 'urn:x')
        .catch((error: unknown) => error);
      expect(libvirtCodeOf(gone)).toBe(LIBVIRT_CODES.NO_DOMAIN);
    }),
  );

  test(
    'tells each listener what it asked for, until it stops',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await connected(directory);
      const heard: unknown[] = [];
      const stop = await libvirt.hearLifecycle(({ event, detail }) => heard.push(['first', event, detail]));
      await libvirt.hearLifecycle(({ event, detail }) => heard.push(['second', event, detail]));
      await libvirt.hearMonitorEvents(({ name, stampedAt, data }, readAt) =>
        heard.push([name, stampedAt, data, readAt]),
      );
      daemon.lifecycle(domain, 4, 1);
      daemon.monitorEvent(domain, 'RESUME', 1_700_000_000_123.456);
      await libvirt.domains();
      stop();
      stop();
      daemon.lifecycle(domain, 5, 3); // under way as the listener stops
      daemon.monitorEvent(domain, 'MIGRATION', 5, '{"status":"setup"}');
      await daemon.called('stopHearing');
      await libvirt.domains();
      expect(heard).toEqual([
        ['first', 4, 1],
        ['second', 4, 1],
        ['RESUME', 1_700_000_000_123.456, undefined, clock.now()],
        ['second', 5, 3],
        ['MIGRATION', 5, '{"status":"setup"}', clock.now()],
      ]);
      expect(daemon.count('stopHearing')).toBe(1);
    }),
  );

  test(
    'misses no event that comes with the answer to its registering',
    inDirectory(async (directory) => {
      const { daemon, libvirt } = await connected(directory);
      daemon.answers.hearMonitor = () => undefined;
      const heard: string[] = [];
      const hearing = libvirt.hearMonitorEvents(({ name }) => heard.push(name));
      await daemon.called('hearMonitor');
      const reply = recorded('hearMonitorReply').slice();
      reply[23] = 3; // the third call of this connection
      daemon.raw(Buffer.concat([reply, recorded('stopEvent'), recorded('resumeEvent')]));
      await hearing;
      expect(heard).toEqual(['STOP', 'RESUME']);
    }),
  );

  test(
    'answers a ping, and is not troubled by what it does not know',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await connected(directory);
      daemon.answers.pong = () => undefined;
      daemon.message(PROCEDURES.ping);
      await daemon.called('pong');
      daemon.message({ program: PROCEDURES.ping.program, number: 9, name: 'x' });
      daemon.message({ program: 0x1122_3344, number: 318, name: 'x' }, new Uint8Array(8));
      daemon.message({ program: PROCEDURES.open.program, number: 333, name: 'x' }, new Uint8Array(8));
      expect(await libvirt.xml(domain)).toBe(domain.xml);
    }),
  );

  test(
    'goes on where nothing is to be said',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await connected(directory);
      clock.advance(quietMs);
      await daemon.called('ping');
      await libvirt.domains(); // what comes before its answer shows as well that the daemon lives
      clock.advance(aliveTimeoutMs);
      expect(await libvirt.xml(domain)).toBe(domain.xml);
    }),
  );
});
