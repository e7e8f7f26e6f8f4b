import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { HeraldError } from '@nic-herald/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withDirectory } from '../../qmp/test/with-directory.js';
import type { FakeDaemon } from '../test/fake-daemon.js';
import { fakeDomain } from '../test/fake-domain.js';
import { FakeRefusal } from '../test/fake-refusal.js';
import { OpenedLibvirt } from '../test/opened-libvirt.js';
import { recorded } from '../test/recorded-packets.js';
import { Libvirt } from './libvirt.js';
import { DEFAULT_LIBVIRT_LIMITS } from './libvirt-limits.js';
import { PROCEDURES } from './rpc/procedures.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const saying = (part: string): unknown => expect.stringContaining(part);
const web = fakeDomain();
const { quietMs, aliveTimeoutMs, openTimeoutMs, callTimeoutMs } = DEFAULT_LIBVIRT_LIMITS;

let opened = new OpenedLibvirt();
let { clock } = opened;
beforeEach(() => {
  opened = new OpenedLibvirt();
  ({ clock } = opened);
});
afterEach(() => opened.close());

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
        message: saying('there is no such socket'),
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
      message: saying('run nic-herald as root, or as a user of the socket'),
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
      const daemon = await opened.listen(directory, (each) => {
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
      const daemon = await opened.listen(directory, ({ answers }) => {
        answers.open = () => {
          throw new FakeRefusal(5, 'no connection driver available');
        };
      });
      await expect(Libvirt.open(daemon.path, clock)).rejects.toMatchObject({
        code: 'HERALD_LIBVIRT_REFUSED',
        message: saying('no connection driver available'),
      });
    }),
  );

  test(
    'gives up a daemon that accepts and never answers',
    inDirectory(async (directory) => {
      const daemon = await opened.listen(directory, (each) => {
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
      const daemon = await opened.listen(directory, ({ answers }) => {
        answers.open = (_args, { socket }) => void socket.destroy();
      });
      await expect(Libvirt.open(daemon.path, clock)).rejects.toEqual(code('HERALD_LIBVIRT_DISCONNECTED'));
    }),
  );

  test(
    'can be cancelled',
    inDirectory(async (directory) => {
      const daemon = await opened.listen(directory, (each) => {
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
      const daemon = await opened.listen(directory, ({ answers }) => {
        const { open: usual } = answers;
        answers.open = (args, client) => {
          asked.push(
            args.optional('uri', () => args.string(99, 'uri')),
            args.uint('flags'),
          );
          return usual?.(args, client);
        };
      });
      await opened.connect(daemon.path, { readOnly });
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
      const { daemon, libvirt } = await opened.connected(directory);
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
      const { daemon, libvirt } = await opened.connected(directory);
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
      const { daemon, libvirt } = await opened.connected(directory);
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
      const { daemon, libvirt, domain } = await opened.connected(directory, { limits: { quietMs: 600_000 } });
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
        message: saying('left 4 calls unanswered'),
      });
    }),
  );
});
