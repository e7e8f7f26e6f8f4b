import { HeraldError } from '@nic-herald/core';
import type { Libvirt } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { CommandConnection } from './command-connection.js';

const web = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const other = { name: 'web-2', uuid: '6b1d1c9e-0000-4000-8000-000000000002', id: 2 };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const timeout = (sent: boolean): HeraldError =>
  new HeraldError('HERALD_LIBVIRT_TIMEOUT', 'no answer', { details: { sent } });

/** A connection, how often it was opened, and what stands for the daemon's answers. */
const bed = (open?: () => Promise<never>) => {
  const clock = new TestClock();
  const daemon = {
    opened: 0,
    closed: 0,
    signals: [] as Array<AbortSignal | undefined>,
    deadlines: [] as unknown[],
    answer: (): Promise<string> => Promise.resolve('{}'),
    end: (): void => undefined,
  };
  const commands = new CommandConnection(
    '/run/libvirt/libvirt-sock',
    clock,
    3000,
    async (_path, _clock, options) => {
      daemon.opened += 1;
      daemon.signals.push(options?.signal);
      if (open !== undefined) return open();
      const ended = new Promise<void>((resolve) => {
        daemon.end = resolve;
      });
      const libvirt = {
        ended,
        close: (): void => {
          daemon.closed += 1;
        },
        monitorCommand: (_domain: unknown, _text: string, given: unknown) => {
          daemon.deadlines.push(given);
          return daemon.answer();
        },
      };
      return libvirt as unknown as Libvirt;
    },
  );
  return { clock, daemon, commands };
};

describe('CommandConnection in trouble', () => {
  it.each<[string, Error, string]>([
    ['a refusal', new HeraldError('HERALD_LIBVIRT_REFUSED', 'no'), 'HERALD_LIBVIRT_REFUSED'],
    ['an end', new HeraldError('HERALD_LIBVIRT_DISCONNECTED', 'ended'), 'HERALD_LIBVIRT_DISCONNECTED'],
    ['what nobody foresaw', new TypeError('x'), 'HERALD_MONITOR_FAULT'],
    ['one that waited for others', timeout(false), 'HERALD_LIBVIRT_TIMEOUT'],
  ])('passes on %s, and asks again', async (_, error, expected) => {
    const { daemon, commands } = bed();
    daemon.answer = () => Promise.reject(error);
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code(expected));
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code(expected));
    expect(daemon.deadlines).toHaveLength(2);
  });

  it('opens it again after it could not be opened', async () => {
    const { daemon, commands } = bed(() => Promise.reject(new HeraldError('HERALD_LIBVIRT_CONNECT', 'no')));
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code('HERALD_LIBVIRT_CONNECT'));
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code('HERALD_LIBVIRT_CONNECT'));
    expect(daemon.opened).toBe(2);
  });

  it('leaves a domain alone whose QEMU did not answer, and no other', async () => {
    const { daemon, commands, clock } = bed();
    daemon.answer = () => Promise.reject(timeout(true));
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code('HERALD_LIBVIRT_TIMEOUT'));
    daemon.answer = () => Promise.resolve('{}');
    clock.advance(29_999);
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code('HERALD_LIBVIRT_HUNG'));
    await commands.pass(other, '{}', {});
    clock.advance(1);
    await commands.pass(web, '{}', {});
    expect(daemon.deadlines).toHaveLength(3);
  });

  it.each<[string, boolean, number, string]>([
    ['hang', true, 8, 'HERALD_LIBVIRT_HUNG'],
    ['wait for others', false, 8, 'HERALD_LIBVIRT_TIMEOUT'],
  ])(
    'opens another where many commands %s, and tells whether a ninth domain is asked',
    async (_, sent, count, expected) => {
      const { daemon, commands, clock } = bed();
      daemon.answer = () => Promise.reject(timeout(sent));
      for (let index = 0; index < count; index += 1) {
        const domain = { ...web, uuid: web.uuid.replace(/.$/, String(index)) };
        await expect(commands.pass(domain, '{}', {})).rejects.toEqual(code('HERALD_LIBVIRT_TIMEOUT'));
      }
      expect(daemon.opened).toBe(3);
      await expect(commands.pass({ ...web, uuid: web.uuid.replace(/.$/, '9') }, '{}', {})).rejects.toEqual(
        code(expected),
      );
      clock.advance(60_000);
      await new Promise(setImmediate);
      expect(daemon.closed).toBe(sent ? 2 : 3);
      commands.close();
      expect(clock.timers).toEqual([]);
    },
  );

  it('asks the next QEMU of a domain that hung', async () => {
    const { daemon, commands } = bed();
    daemon.answer = () => Promise.reject(timeout(true));
    await expect(commands.pass(web, '{}', {})).rejects.toEqual(code('HERALD_LIBVIRT_TIMEOUT'));
    daemon.answer = () => Promise.resolve('{}');
    commands.forget(web);
    expect(await commands.pass(web, '{}', {})).toBe('{}');
  });
});

describe('CommandConnection', () => {
  it('is opened once, when it is needed, and again after it ended', async () => {
    const { daemon, commands } = bed();
    expect(daemon.opened).toBe(0);
    await Promise.all([commands.pass(web, '{}', {}), commands.pass(other, '{}', {})]);
    expect(daemon.opened).toBe(1);
    daemon.end();
    await new Promise(setImmediate);
    await commands.pass(web, '{}', {});
    expect(daemon.opened).toBe(2);
  });

  it('passes on the time and the signal', async () => {
    const { daemon, commands } = bed();
    const { signal } = new AbortController();
    await commands.pass(web, '{}', { signal });
    await commands.pass(web, '{}', {});
    expect(daemon.deadlines).toEqual([{ deadlineMs: 3000, signal }, { deadlineMs: 3000 }]);
  });

  it('closes what is open, and gives up what is being opened', async () => {
    const unused = bed();
    unused.commands.close();
    const { daemon, commands } = bed();
    const asked = commands.pass(web, '{}', {});
    commands.close();
    await asked.catch(() => undefined);
    await new Promise(setImmediate);
    expect(daemon.signals.map((signal) => signal?.aborted)).toEqual([true]);
    expect(daemon.closed).toBe(1);
    commands.close();
    expect(daemon.closed).toBe(1);
  });
});
