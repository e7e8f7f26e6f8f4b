import type { QmpEvent } from '@nic-herald/qmp';
import { describe, expect, it } from 'vitest';
import { DomainTransport } from './domain-transport.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const event = (name: string, data?: unknown): QmpEvent => ({ name, data });
const told = (status: string): QmpEvent => event('MIGRATION', { status });
const RESUME = event('RESUME');
const notInPostCopy = { inPostCopy: false };

/** A transport, what was passed on, and whether a command is answered by now. */
const bed = (answer = '{"return":{}}') => {
  const passed: string[] = [];
  const transport = new DomainTransport('web-1', async (text) => {
    passed.push(text);
    return answer;
  });
  const tell = (...events: readonly QmpEvent[]): void => {
    for (const each of events) transport.tell(each, 1);
  };
  return { transport, passed, tell };
};

describe('a command', () => {
  it.each<[string, string, string]>([
    ['nothing', '', 'HERALD_QMP_REPLY'],
    ['no JSON', '<domain/>', 'HERALD_QMP_REPLY'],
    ['neither reply nor error', '{"event":"RESUME"}', 'HERALD_QMP_REPLY'],
    ['an endless text', 'x'.repeat(100_000), 'HERALD_QMP_REPLY'],
    ['a refusal', '{"error":{"class":"CommandNotFound","desc":"no"}}', 'HERALD_QMP_COMMAND'],
  ])('answered by %s', async (_, answer, expected) => {
    const failed = bed(answer).transport.execute('query-status');
    await expect(failed).rejects.toEqual(code(expected));
    await expect(failed).rejects.toThrow(/^.{1,300}$/);
  });

  it('that libvirt refuses', async () => {
    const refused = new DomainTransport('web-1', () => Promise.reject(new TypeError('refused')));
    await expect(refused.execute('query-status')).rejects.toThrow('refused');
  });

  it('with what QEMU returned', async () => {
    const { transport, passed } = bed('{"return":{"status":"running"},"id":"libvirt-7"}');
    expect(await transport.execute('query-status')).toEqual({ status: 'running' });
    await transport.execute('qom-get', { path: '/machine' });
    expect(passed.map((text): unknown => JSON.parse(text))).toEqual([
      { execute: 'query-status' },
      { execute: 'qom-get', arguments: { path: '/machine' } },
    ]);
  });
});

describe('commands that are held back', () => {
  it.each<[string, readonly QmpEvent[], boolean]>([
    ['nothing was told', [], false],
    ['all was loaded', [told('active'), told('completed')], false],
    ['it failed', [told('failed')], false],
    ['it stopped', [event('STOP')], false],
    [
      'what makes no sense',
      [event('MIGRATION'), event('MIGRATION', { status: 7 }), event('MIGRATION', null)],
      false,
    ],
    ['it runs in post-copy', [told('postcopy-active'), RESUME], false],
    ['its post-copy waits', [told('postcopy-active'), RESUME, told('postcopy-paused')], false],
    ['its post-copy goes on', [told('postcopy-active'), RESUME, told('postcopy-recover')], false],
    ['it runs', [RESUME], true],
    ['it was loaded and runs', [told('completed'), RESUME], true],
    ['its post-copy is done', [told('postcopy-active'), RESUME, told('completed')], true],
    ['its post-copy failed', [told('postcopy-active'), RESUME, told('failed')], true],
  ])('until it may be asked: %s', async (_, events, passes) => {
    const before = bed();
    before.tell(...events);
    before.transport.hold(notInPostCopy);
    const after = bed();
    after.transport.hold(notInPostCopy);
    after.transport.hold(notInPostCopy);
    const sent = [before, after].map(({ transport }) => {
      const aborter = new AbortController();
      transport.execute('query-version', undefined, { signal: aborter.signal }).catch(() => undefined);
      return aborter;
    });
    after.tell(...events);
    await new Promise(setImmediate);
    expect([before.passed.length, after.passed.length]).toEqual(passes ? [1, 1] : [0, 0]);
    for (const aborter of sent) aborter.abort();
  });

  it.each<[string, readonly QmpEvent[], boolean]>([
    ['nothing was told', [], false],
    ['it goes on', [told('postcopy-active')], false],
    ['its end was told', [told('completed')], true],
  ])('of a guest that is seen running in post-copy: %s', async (_, events, passes) => {
    const { transport, passed, tell } = bed();
    tell(...events);
    transport.hold({ inPostCopy: true });
    const answered = transport.execute('query-version');
    await new Promise(setImmediate);
    expect(passed).toHaveLength(passes ? 1 : 0);
    transport.arrived();
    expect(await answered).toEqual({});
  });

  it('are cancelled, and not passed on later', async () => {
    const { transport, passed, tell } = bed();
    transport.hold(notInPostCopy);
    const aborter = new AbortController();
    const held = transport.execute('query-version', undefined, { signal: aborter.signal });
    aborter.abort();
    await expect(held).rejects.toEqual(code('HERALD_CANCELLED'));
    const late = transport.execute('query-version', undefined, { signal: aborter.signal });
    await expect(late).rejects.toEqual(code('HERALD_CANCELLED'));
    tell(RESUME);
    await new Promise(setImmediate);
    expect(passed).toEqual([]);
  });

  it('are passed on in their order', async () => {
    const { transport, passed, tell } = bed();
    transport.hold(notInPostCopy);
    const all = ['a', 'b', 'c'].map((command) => transport.execute(command));
    tell(RESUME);
    await Promise.all(all);
    expect(passed.map((text): unknown => (JSON.parse(text) as { execute: unknown }).execute)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});

describe('events', () => {
  it('are passed on at once, before anything is sent, until nobody listens', async () => {
    const { transport, passed, tell } = bed();
    const heard: unknown[] = [];
    const stop = transport.onEvent(({ name }, readAt) => heard.push([name, readAt, passed.length]));
    transport.hold(notInPostCopy);
    const held = transport.execute('query-version');
    tell(RESUME);
    expect(heard).toEqual([['RESUME', 1, 0]]);
    await held;
    stop();
    tell(RESUME);
    expect(heard).toHaveLength(1);
  });

  it('show whether QEMU told of a migration', () => {
    const { transport, tell } = bed();
    tell(RESUME);
    expect(transport.toldOfMigration).toBe(false);
    tell(told('setup'));
    expect(transport.toldOfMigration).toBe(true);
  });
});
