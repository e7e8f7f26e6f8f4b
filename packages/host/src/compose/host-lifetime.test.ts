import { type HostService, multiToken } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { never } from '../../test/fake-guest.js';
import { HostLifetime, type HostPart } from './host-lifetime.js';

const PARTS: readonly HostPart[] = ['others', 'services', 'bus', 'engine', 'monitors'];

/** A lifetime, and parts of it that write down what becomes of them. */
const testLifetime = () => {
  const clock = new FakeClock();
  const lifetime = new HostLifetime(clock, { startMs: 700, closeMs: 300 });
  const log: string[] = [];
  const begin = (part: HostPart, plugin: string, over: HostService = {}): Promise<void> => {
    const value: HostService = {
      start: async () => void log.push(`start ${plugin}`),
      close: async () => void log.push(`close ${plugin}`),
      ...over,
    };
    const token = multiToken<HostService>('test/part');
    return lifetime.start(part, { plugin, token, value, started: () => {} });
  };
  return { clock, lifetime, log, begin };
};

describe('the lifetime of a host', () => {
  it.each(PARTS)('ends though the close of a part hangs: %s', async (hanging) => {
    const { begin, clock, lifetime, log } = testLifetime();
    for (const part of PARTS) await begin(part, part, part === hanging ? { close: never } : {});
    const closing = expect(lifetime.close()).rejects.toMatchObject({
      message: '1 parts of the host did not close',
      errors: [
        {
          code: 'HERALD_TIMEOUT',
          message: `the close of ${hanging} took longer than 300 ms and was given up`,
        },
      ],
    });
    await clock.advance(300);
    await closing;
    expect(log.slice(PARTS.length)).toEqual(
      PARTS.filter((part) => part !== hanging)
        .toReversed()
        .map((part) => `close ${part}`),
    );
    expect(clock.pending).toBe(0);
  });

  it.each(['start', 'close'])('names the plugin where asking for its %s already throws', async (member) => {
    const { lifetime } = testLifetime();
    const value = Object.defineProperty({}, member, {
      get: () => {
        throw new Error('no');
      },
    });
    const token = multiToken<HostService>('test/part');
    await expect(
      lifetime.start('services', { plugin: 'acme', token, value, started: () => {} }),
    ).rejects.toMatchObject({ code: 'HERALD_PLUGIN_START', message: 'acme could not start: no' });
  });

  it('gives a part as long as it asks for', async () => {
    const { clock, lifetime } = testLifetime();
    lifetime.closeLater('engine', 'the engine', never, 900);
    const closing = expect(lifetime.close()).rejects.toMatchObject({
      errors: [{ message: 'the close of the engine took longer than 900 ms and was given up' }],
    });
    await clock.advance(900);
    await closing;
  });

  it('closes what throws at once, and all else', async () => {
    const { begin, lifetime, log } = testLifetime();
    await begin('others', 'one');
    await begin('others', 'two', {
      close: () => {
        throw new Error('no');
      },
    });
    await expect(lifetime.close()).rejects.toMatchObject({ errors: [new Error('no')] });
    expect(log.at(-1)).toBe('close one');
  });

  it('closes what was started last first, and nothing twice', async () => {
    const { begin, lifetime, log } = testLifetime();
    for (const name of ['one', 'two']) await begin('services', name);
    await Promise.all([lifetime.close(), lifetime.close()]);
    expect(log).toEqual(['start one', 'start two', 'close two', 'close one']);
  });

  it('closes what did not start in time', async () => {
    const { begin, clock, lifetime, log } = testLifetime();
    const starting = expect(begin('services', 'slow', { start: never })).rejects.toMatchObject({
      code: 'HERALD_TIMEOUT',
      message: 'the start of slow took longer than 700 ms and was given up',
    });
    await clock.advance(700);
    await starting;
    await lifetime.close();
    expect(log).toEqual(['close slow']);
  });
});
