import { join } from 'node:path';
import type { HeraldError } from '@nic-herald/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeQemu, type Reply } from '../../test/fake-qemu.js';
import { TestClock } from '../../test/test-clock.js';
import { withDirectory } from '../../test/with-directory.js';
import { QmpConnection } from './qmp-connection.js';
import { DEFAULT_QMP_LIMITS } from './qmp-limits.js';
import type { QmpEvent } from './qmp-transport.js';

/** What one connection told its owner. */
class Owner {
  readonly problems: HeraldError[] = [];
  readonly events: Array<{ event: QmpEvent; readAt: number }> = [];
  readonly ready: Promise<void>;
  readonly ended: Promise<HeraldError>;
  onReady: () => void = () => undefined;
  onEnd: (reason: HeraldError) => void = () => undefined;
  private wake: () => void = () => undefined;

  constructor() {
    this.ready = new Promise((resolve) => {
      this.onReady = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.onEnd = resolve;
    });
  }

  onProblem(problem: HeraldError): void {
    this.problems.push(problem);
    this.wake();
  }

  onEvent(event: QmpEvent, readAt: number): void {
    this.events.push({ event, readAt });
    this.wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

const TEST = 'test-command';
const limits = DEFAULT_QMP_LIMITS;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('QmpConnection', () => {
  const clock = new TestClock();
  const open: Array<{ close(): unknown }> = [];
  let owner = new Owner();
  beforeEach(() => {
    owner = new Owner();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  const start = async (directory: string, setUp: (qemu: FakeQemu) => void = () => undefined) => {
    const qemu = await FakeQemu.listen(join(directory, 'a.qmp'), setUp);
    const connection = new QmpConnection(qemu.path, clock, limits, owner);
    connection.onEvent((event, readAt) => owner.onEvent(event, readAt));
    open.push(connection, qemu);
    connection.open();
    return { qemu, connection };
  };

  describe('that finds no QMP', () => {
    it('tells that nothing is there', () =>
      withDirectory(async (directory) => {
        new QmpConnection(join(directory, 'none'), clock, limits, owner).open();
        expect(await owner.ended).toMatchObject({ code: 'HERALD_QMP_CONNECT', details: { errno: 'ENOENT' } });
      }));

    it('refuses a path too long for a socket', async () => {
      new QmpConnection(`/${'x'.repeat(107)}`, clock, limits, owner).open();
      expect(await owner.ended).toEqual(code('HERALD_QMP_CONNECT'));
    });

    it('tells of a silent socket and goes on waiting', () =>
      withDirectory(async (directory) => {
        const { qemu } = await start(directory, (fake) => {
          fake.greets = false;
        });
        while (clock.timers.length === 0) await new Promise(setImmediate);
        clock.advance(limits.greetingTimeoutMs);
        expect(owner.problems).toEqual([code('HERALD_QMP_SILENT')]);
        expect(owner.problems[0]?.message).toContain('serves one client');
        qemu.raw('{"QMP": {"version": {}}}\n');
        await owner.ready;
      }));

    it('tells of garbage once and goes on', () =>
      withDirectory(async (directory) => {
        const { qemu } = await start(directory);
        await owner.ready;
        qemu.raw(`\u0000\u0001${'garbage '.repeat(50)}\r\nmore\n{"return": 1, "id": 999}\n`);
        qemu.event('RESUME');
        await owner.until(() => owner.events.length > 0);
        expect(owner.problems).toEqual([code('HERALD_QMP_UNPARSABLE')]);
        expect(owner.problems[0]?.message.length).toBeLessThan(500);
      }));

    it('tells of it again after a while', () =>
      withDirectory(async (directory) => {
        const { qemu } = await start(directory);
        await owner.ready;
        for (const pause of [0, 599_000, 1000]) {
          clock.advance(pause);
          qemu.raw('garbage\n');
          qemu.event('X');
          const before = owner.events.length;
          await owner.until(() => owner.events.length > before);
        }
        expect(owner.problems.length).toBe(2);
      }));

    it('skips what is nested too deeply, and lets nobody wait for it', () =>
      withDirectory(async (directory) => {
        const { qemu, connection } = await start(directory);
        await owner.ready;
        const deep = '['.repeat(100_000) + ']'.repeat(100_000);
        qemu.replies[TEST] = ({ id }) => qemu.raw(`{"return": ${deep}, "id": ${id}}\n`);
        await expect(connection.execute(TEST)).rejects.toEqual(code('HERALD_QMP_UNPARSABLE'));
        qemu.raw(`{"event": "MIGRATION", "data": {"status": ${deep}}}\n`);
        qemu.event('RESUME');
        await owner.until(() => owner.events.length > 0);
        expect(owner.events.map(({ event }) => event.name)).toEqual(['RESUME']);
        expect(owner.problems).toEqual([code('HERALD_QMP_UNPARSABLE')]);
      }));

    it('drops the connection at a line without end, and holds no more than the limit', () =>
      withDirectory(async (directory) => {
        const { qemu } = await start(directory);
        await owner.ready;
        const before = process.memoryUsage.rss();
        const piece = new Uint8Array(1024 * 1024).fill(0x78);
        let sent = 0;
        const feed = (): void => {
          const [client] = qemu.clients;
          if (client === undefined || sent === 100) return;
          sent += 1;
          client.write(piece, feed);
        };
        feed();
        expect(await owner.ended).toEqual(code('HERALD_QMP_LINE_TOO_LONG'));
        expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
      }));
  });

  describe('commands', () => {
    it.each<[string, Reply]>([
      ['HERALD_QMP_COMMAND', () => ({ error: { class: 'DeviceNotFound', desc: 'no nic9' } })],
      ['HERALD_QMP_DISCONNECTED', (_, qemu) => qemu.disconnect()],
    ])('reject with %s', (expected, reply) =>
      withDirectory(async (directory) => {
        const { qemu, connection } = await start(directory);
        await owner.ready;
        qemu.replies[TEST] = reply;
        await expect(connection.execute(TEST)).rejects.toEqual(code(expected));
      }),
    );

    it('keep the class QEMU gave an error', () =>
      withDirectory(async (directory) => {
        const { connection } = await start(directory);
        await owner.ready;
        await expect(connection.execute('no-such')).rejects.toMatchObject({
          details: { class: 'CommandNotFound', command: 'no-such' },
        });
      }));

    it('time out, and their late or wrong replies reach nobody', () =>
      withDirectory(async (directory) => {
        const { qemu, connection } = await start(directory);
        await owner.ready;
        qemu.replies[TEST] = () => undefined;
        const first = connection.execute(TEST);
        await qemu.requested(TEST);
        const [{ id } = { id: 0 }] = qemu.requests.slice(-1);
        qemu.raw(`{"return": "wrong", "id": ${id + 7}}\n`);
        await owner.until(() => owner.problems.length > 0);
        clock.advance(limits.commandTimeoutMs);
        await expect(first).rejects.toEqual(code('HERALD_QMP_TIMEOUT'));
        qemu.raw(`{"return": "late", "id": ${id}}\n`);
        qemu.replies[TEST] = () => ({ return: 'mine' });
        expect(await connection.execute(TEST)).toBe('mine');
      }));

    it('are cancelled by their signal, sent or not', () =>
      withDirectory(async (directory) => {
        const { qemu, connection } = await start(directory);
        await owner.ready;
        qemu.replies[TEST] = () => undefined;
        const aborter = new AbortController();
        const all = Array.from({ length: limits.maxInFlight + 2 }, () =>
          connection.execute(TEST, undefined, { signal: aborter.signal }),
        );
        aborter.abort();
        for (const each of all) await expect(each).rejects.toEqual(code('HERALD_CANCELLED'));
      }));

    it('go out a few at a time, and no more are queued than the limit', () =>
      withDirectory(async (directory) => {
        const { qemu, connection } = await start(directory);
        await owner.ready;
        qemu.replies[TEST] = () => undefined;
        const count = limits.maxInFlight + limits.maxQueued;
        const all = Array.from({ length: count }, () => connection.execute(TEST).catch(String));
        await expect(connection.execute(TEST)).rejects.toEqual(code('HERALD_QMP_BUSY'));
        await qemu.requested(TEST, limits.maxInFlight);
        for (const { execute, id } of [...qemu.requests]) {
          if (execute === TEST) qemu.raw(`{"return": ${id}, "id": ${id}}\n`);
        }
        await qemu.requested(TEST, limits.maxInFlight * 2);
        expect(qemu.count(TEST)).toBe(limits.maxInFlight * 2);
        connection.close();
        await Promise.all(all);
      }));
  });

  describe('the stream', () => {
    it('is put together from halves of lines', () =>
      withDirectory(async (directory) => {
        const { qemu } = await start(directory);
        await owner.ready;
        const line = qemu.line('RESUME');
        qemu.raw(qemu.line('STOP') + line.slice(0, 20));
        await owner.until(() => owner.events.length === 1); // the half line is read by now
        qemu.raw(line.slice(20));
        await owner.until(() => owner.events.length === 2);
        expect(owner.events.map(({ event }) => event.name)).toEqual(['STOP', 'RESUME']);
        expect(owner.problems).toEqual([]);
      }));

    it('stamps an event with the time its chunk was read', () =>
      withDirectory(async (directory) => {
        const { qemu } = await start(directory);
        await owner.ready;
        qemu.event('RESUME');
        await owner.until(() => owner.events.length > 0);
        expect(owner.events).toEqual([
          {
            event: { name: 'RESUME', data: undefined, stampedAt: 1_700_000_000_123.456 },
            readAt: clock.now(),
          },
        ]);
      }));
  });
});
