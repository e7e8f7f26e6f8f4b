import { join } from 'node:path';
import { HeraldError } from '@nic-herald/core';
import { afterEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../qmp/test/test-clock.js';
import { withDirectory } from '../../qmp/test/with-directory.js';
import { FakeDaemon } from '../test/fake-daemon.js';
import { HeardKeeper } from '../test/heard-keeper.js';
import { LibvirtKeeper } from './libvirt-keeper.js';
import { DEFAULT_LIBVIRT_LIMITS } from './libvirt-limits.js';

const open: Array<{ close(): unknown }> = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const keep = (findSocket: () => string) => {
  const clock = new TestClock();
  const heard = new HeardKeeper();
  const keeper = new LibvirtKeeper(clock, { findSocket }, heard);
  open.push(keeper);
  keeper.start();
  /** Lets attempts end and the pauses after them pass, `ms` in all. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      clock.advance(50);
    }
  };
  return { clock, heard, keeper, pass };
};

const listen = async (path: string, setUp?: (daemon: FakeDaemon) => void): Promise<FakeDaemon> => {
  const daemon = await FakeDaemon.listen(path, setUp);
  open.push(daemon);
  return daemon;
};

describe('LibvirtKeeper', () => {
  test('tells once that the daemon is not there, and again when the trouble is another', () =>
    withDirectory(async (directory) => {
      let path = join(directory, 'none');
      const { heard, pass } = keep(() => path);
      await pass(5000);
      path = join(directory, 'neither');
      await pass(2000);
      expect(
        heard.unreachable.map(({ code, message }) => [code, /n\w+(?=: connect)/.exec(message)?.[0]]),
      ).toEqual([
        ['HERALD_LIBVIRT_CONNECT', 'none'],
        ['HERALD_LIBVIRT_CONNECT', 'neither'],
      ]);
    }));

  test('tells what is wrong with finding the socket', async () => {
    let attempts = 0;
    const { heard, pass } = keep(() => {
      attempts += 1;
      if (attempts > 2) throw new Error('no place');
      throw new HeraldError('HERALD_LIBVIRT_NO_SOCKET', 'none of them');
    });
    await pass(3000);
    expect(attempts).toBeGreaterThan(4);
    expect(heard.unreachable.map(({ message }) => message)).toEqual(['none of them', 'no place']);
  });

  test('finds a daemon that comes within the longest pause', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'sock');
      const { clock, heard, keeper, pass } = keep(() => path);
      await pass(10_000);
      await listen(path);
      const since = clock.elapsed();
      await pass(500);
      await heard.until(({ connected }) => connected.length === 1);
      expect(clock.elapsed() - since).toBe(500);
      expect(keeper.current).toBe(heard.connected[0]);
    }));

  test('tells that it is lost, and connects again', () =>
    withDirectory(async (directory) => {
      const daemon = await listen(join(directory, 'sock'));
      const { clock, heard, keeper } = keep(() => daemon.path);
      for (let round = 1; round <= 8; round += 1) {
        await heard.until(({ connected }) => connected.length === round);
        daemon.disconnect();
        await heard.until(({ lost }) => lost.length === round);
        expect(keeper.current).toBeUndefined();
        clock.advance(500);
      }
      await heard.until(({ connected }) => connected.length === 9);
      expect(heard.unreachable).toEqual([]);
      expect(new Set(heard.lost.map(({ code }) => code))).toEqual(new Set(['HERALD_LIBVIRT_DISCONNECTED']));
    }));

  test('connects again where its user closed the connection', () =>
    withDirectory(async (directory) => {
      const daemon = await listen(join(directory, 'sock'));
      const { clock, heard } = keep(() => daemon.path);
      await heard.until(({ connected }) => connected.length === 1);
      heard.connected[0]?.close();
      await heard.until(({ lost }) => lost.length === 1);
      clock.advance(100);
      await heard.until(({ connected }) => connected.length === 2);
    }));

  test('gives up a daemon that never answers, and finds it when it does', () =>
    withDirectory(async (directory) => {
      const daemon = await listen(join(directory, 'sock'), (each) => {
        each.isFrozen = true;
      });
      const { clock, heard, pass } = keep(() => daemon.path);
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await daemon.called('authList', attempt);
        clock.advance(DEFAULT_LIBVIRT_LIMITS.openTimeoutMs);
        await pass(100 * 2 ** attempt);
      }
      expect(heard.unreachable.map(({ code }) => code)).toEqual(['HERALD_LIBVIRT_SILENT']);
      daemon.isFrozen = false;
      await pass(DEFAULT_LIBVIRT_LIMITS.openTimeoutMs + 500);
      await heard.until(({ connected }) => connected.length === 1);
    }));

  test('says and does nothing once it is closed', () =>
    withDirectory(async (directory) => {
      const daemon = await listen(join(directory, 'sock'), (each) => {
        each.isFrozen = true;
      });
      const { clock, heard, keeper, pass } = keep(() => daemon.path);
      await daemon.called('authList');
      keeper.close();
      await pass(10_000);
      expect([heard.connected, heard.lost, heard.unreachable]).toEqual([[], [], []]);
      expect(daemon.connections).toBe(1);
      expect(clock.timers).toEqual([]);
    }));

  test('closes the connection that stands, without a word', () =>
    withDirectory(async (directory) => {
      const daemon = await listen(join(directory, 'sock'));
      const { clock, heard, keeper, pass } = keep(() => daemon.path);
      await heard.until(({ connected }) => connected.length === 1);
      keeper.start();
      keeper.close();
      keeper.close();
      await pass(5000);
      expect([heard.lost, daemon.connections, keeper.current]).toEqual([[], 1, undefined]);
      expect(clock.timers).toEqual([]);
    }));
});
