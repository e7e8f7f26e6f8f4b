import { HeraldError } from '@nic-herald/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { FakeRefusal, refusalBody } from '../../test/fake-refusal.js';
import { LIBVIRT_CODES, libvirtCodeOf } from '../libvirt-error.js';
import { DEFAULT_LIBVIRT_LIMITS } from '../libvirt-limits.js';
import { XdrReader } from '../xdr/xdr-reader.js';
import { XdrWriter } from '../xdr/xdr-writer.js';
import type { Call, CallOptions } from './call.js';
import { CallQueue } from './call-queue.js';
import { PROCEDURES } from './procedures.js';
import { encodePacket, readHeader } from './rpc-header.js';

const { state: procedure } = PROCEDURES;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const having = (members: object): unknown => expect.objectContaining(members);
const saying = (part: string): unknown => expect.stringContaining(part);
const nothing = new Uint8Array(0);

describe('CallQueue', () => {
  let clock: TestClock;
  let sent: number[];
  let hung: number;
  let queue: CallQueue;
  const limits = { ...DEFAULT_LIBVIRT_LIMITS, maxQueued: 3 };

  beforeEach(() => {
    clock = new TestClock();
    sent = [];
    hung = 0;
    queue = new CallQueue('/run/x', clock, limits, {
      write: (packet) => void sent.push(readHeader(new XdrReader(packet)).serial),
      onHung: () => {
        hung += 1;
      },
    });
  });

  const ask = (
    domain?: string,
    options?: CallOptions,
    decode: Call<number>['decode'] = (r) => r.int('x'),
  ) => {
    const subject = domain === undefined ? {} : { subject: { uuid: domain, name: domain } };
    return queue.call({ procedure, body: nothing, ...subject, decode }, options);
  };
  const answer = (serial: number, body = new XdrWriter().int(serial).bytes(), status = 0, number = 212) => {
    const header = { program: procedure.program, procedure: number, type: 1, serial, status };
    const reader = new XdrReader(encodePacket(header, body));
    queue.reply(readHeader(reader), reader);
  };
  /** All but the four that are in flight wait. */
  const fill = () => Array.from({ length: 4 }, (_each, index) => ask(`full-${index}`).catch(() => undefined));

  describe('refuses', () => {
    test.each<[string, () => void, object]>([
      ['a reply to nothing', () => answer(9), { what: 'reply', got: '9' }],
      [
        'a reply of another procedure',
        () => answer(1, nothing, 0, 14),
        { expected: 'one to DomainGetState', got: 'procedure 14 of program 0x20008086' },
      ],
      ['a reply that goes on', () => answer(1, nothing, 2), { what: 'status of a reply', got: '2' }],
      ['a reply without its body', () => answer(1, nothing), { what: 'x', got: '0' }],
      [
        'a reply with more than its body',
        () => answer(1, new XdrWriter().int(1).int(2).bytes()),
        { what: 'reply to DomainGetState' },
      ],
      ['an error that is none', () => answer(1, nothing, 1), { what: 'error code' }],
    ])('%s, and the call has what ends the connection', async (_name, bad, details) => {
      const asked = ask();
      expect(bad).toThrow(
        expect.objectContaining({
          code: 'HERALD_LIBVIRT_PROTOCOL',
          details: having(details),
        }),
      );
      queue.close(new HeraldError('HERALD_LIBVIRT_PROTOCOL', 'x'));
      await expect(asked).rejects.toEqual(code('HERALD_LIBVIRT_PROTOCOL'));
    });

    test('a call beyond those that may wait', async () => {
      void fill();
      const waiting = [ask(), ask(), ask()];
      await expect(ask('web-1')).rejects.toEqual(code('HERALD_LIBVIRT_BUSY'));
      queue.close(new HeraldError('HERALD_LIBVIRT_DISCONNECTED', 'x'));
      await Promise.allSettled(waiting);
    });

    test('a call whose signal was aborted before', async () => {
      await expect(ask('a', { signal: AbortSignal.abort() })).rejects.toEqual(code('HERALD_CANCELLED'));
      expect(sent).toEqual([]);
    });

    test('everything once it is closed', async () => {
      queue.close(new HeraldError('HERALD_LIBVIRT_DISCONNECTED', 'x'));
      await expect(ask()).rejects.toEqual(code('HERALD_LIBVIRT_DISCONNECTED'));
    });
  });

  test('tells what libvirt says, of which domain, with its number', async () => {
    const asked = ask('web-1');
    answer(1, refusalBody(new FakeRefusal(LIBVIRT_CODES.NO_DOMAIN, 'Domain not found')), 1);
    const error: unknown = await asked.catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'HERALD_LIBVIRT_REFUSED',
      message: 'libvirt at /run/x refused DomainGetState for web-1: Domain not found (libvirt error 42)',
    });
    expect(libvirtCodeOf(error)).toBe(LIBVIRT_CODES.NO_DOMAIN);
  });

  test('keeps no more than 1000 characters of what libvirt says', async () => {
    const asked = ask();
    answer(1, refusalBody(new FakeRefusal(1, 'x'.repeat(100_000))), 1);
    const error = await asked.catch((each: HeraldError) => each);
    expect((error as HeraldError).message.length).toBeLessThan(1200);
  });

  test('hands each reply to the one who asked, in whatever order they come', async () => {
    const asked = [ask('a'), ask('b'), ask('c')];
    for (const serial of [3, 1, 2]) answer(serial);
    expect(await Promise.all(asked)).toEqual([1, 2, 3]);
  });

  test('reads a reply before it looks at what comes after it', async () => {
    const read: number[] = [];
    const asked = ask('a', {}, (reader) => read.push(reader.int('x')));
    answer(1);
    expect(read).toEqual([1]);
    await asked;
  });

  test('sends one call of a domain at a time and four in all, in order, passing over who is busy', async () => {
    const asked = ['a', 'a', 'b', 'a'].map((domain) => ask(domain));
    expect(sent).toEqual([1, 2]); // a, b
    answer(1);
    expect(sent).toEqual([1, 2, 3]); // the second of a
    answer(3);
    answer(4);
    answer(2);
    expect(await Promise.all(asked)).toEqual([1, 3, 2, 4]);
    const more = ['c', 'd', 'e', 'f', 'g'].map((domain) => ask(domain));
    expect(sent).toHaveLength(8);
    answer(5);
    expect(sent).toHaveLength(9);
    for (const serial of [6, 7, 8, 9]) answer(serial);
    await Promise.all(more);
  });

  test('a call that is given up holds its place, and its late reply is dropped', async () => {
    const first = ask('a', { deadlineMs: 100 });
    const second = ask('a', { deadlineMs: 1000 });
    clock.advance(100);
    await expect(first).rejects.toEqual(code('HERALD_LIBVIRT_TIMEOUT'));
    expect(sent).toEqual([1]);
    expect(hung).toBe(1);
    expect(queue.isStuck).toBe(false);
    answer(1, new XdrWriter().string('of no use to anybody', 99, 'x').bytes());
    expect(sent).toEqual([1, 2]);
    answer(2);
    expect(await second).toBe(2);
    clock.advance(10_000);
    expect(hung).toBe(1);
  });

  test('a domain that hangs holds up no other', async () => {
    const hanging = ask('a', { deadlineMs: 1 }).catch((error: HeraldError) => error.code);
    const behind = ask('a', { deadlineMs: 50 });
    clock.advance(1);
    expect(await hanging).toBe('HERALD_LIBVIRT_TIMEOUT');
    for (let round = 0; round < 20; round += 1) {
      const other = ask('b');
      answer(round + 2);
      expect(await other).toBe(round + 2);
    }
    clock.advance(50);
    await expect(behind).rejects.toMatchObject({
      code: 'HERALD_LIBVIRT_TIMEOUT',
      message: saying('could not be sent'),
    });
  });

  test('is stuck when calls hang in all places, and until one is answered', async () => {
    const all = Promise.all(fill());
    clock.advance(limits.callTimeoutMs);
    await all;
    expect(hung).toBe(4);
    expect(queue.isStuck).toBe(true);
    answer(3);
    expect(queue.isStuck).toBe(false);
  });

  test('a call that is cancelled holds its place, and hangs at its deadline', async () => {
    const abort = new AbortController();
    const asked = ask('a', { signal: abort.signal });
    const waiting = ask('a', { signal: abort.signal });
    abort.abort();
    await expect(asked).rejects.toEqual(code('HERALD_CANCELLED'));
    await expect(waiting).rejects.toEqual(code('HERALD_CANCELLED'));
    expect(hung).toBe(0);
    clock.advance(limits.callTimeoutMs);
    expect(hung).toBe(1);
    answer(1);
    expect(sent).toEqual([1]); // the one that waited is gone
    expect(clock.timers).toEqual([]);
  });

  test('takes a reply that is there when its deadline is noticed', async () => {
    const asked = ask('a', { deadlineMs: 100 });
    const [timer] = clock.timers.splice(0);
    timer?.run(); // late, as the process was held up
    answer(1);
    clock.advance(1);
    expect(await asked).toBe(1);
    expect(hung).toBe(0);
  });

  test('leaves no timer and no listener behind', async () => {
    const asked = [ask('a'), ask('a')];
    queue.close(new HeraldError('HERALD_LIBVIRT_DISCONNECTED', 'x'));
    await Promise.allSettled(asked);
    expect(clock.timers).toEqual([]);
  });
});
