import { describe, expect, it } from 'vitest';
import type { Guest } from '../guest/guest.js';
import { IsolatingEventBus } from './migration-event-bus.js';

const guest = { instance: 'one' } as Guest;
const fact = { guest };

/** Lets promises settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('IsolatingEventBus', () => {
  it.each([
    [
      'throws',
      (): unknown => {
        throw new Error('broken');
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('broken'))],
  ])('calls the others where one listener %s, and tells of it', async (_, broken) => {
    const bus = new IsolatingEventBus();
    const calls: string[] = [];
    const failures: unknown[] = [];
    bus.on('listener:failed', ({ event, error }) => failures.push([event, (error as Error).message]));
    bus.on('guest:gone', () => calls.push('before'));
    bus.on('guest:gone', broken);
    bus.on('guest:gone', () => calls.push('after'));
    bus.emit('guest:gone', fact);
    expect(calls).toEqual(['before', 'after']);
    await settled();
    expect(failures).toEqual([['guest:gone', 'broken']]);
  });

  it('does not tell of a listener that fails at being told', async () => {
    const bus = new IsolatingEventBus();
    let told = 0;
    bus.on('listener:failed', () => {
      told += 1;
      throw new Error('again');
    });
    bus.on('listener:failed', () => Promise.reject(new Error('and again')));
    bus.on('guest:gone', () => {
      throw new Error('broken');
    });
    bus.emit('guest:gone', fact);
    await settled();
    expect(told).toBe(1);
  });

  it('calls listeners at once, in the order they came, each event its own', () => {
    const bus = new IsolatingEventBus();
    const calls: string[] = [];
    bus.on('guest:gone', () => calls.push('first'));
    bus.on('guest:gone', () => calls.push('second'));
    bus.on('guest:stopped', () => calls.push('other'));
    bus.emit('guest:gone', fact);
    expect(calls).toEqual(['first', 'second']);
  });

  it('no longer calls what stopped listening, even while it is being told', () => {
    const bus = new IsolatingEventBus();
    const calls: string[] = [];
    bus.on('guest:gone', () => stop());
    const stop = bus.on('guest:gone', () => calls.push('stopped'));
    bus.on('guest:gone', () => calls.push('other'));
    bus.emit('guest:gone', fact);
    stop();
    expect(calls).toEqual(['other']);
  });

  it('stops one listener only where a function listens twice', () => {
    const bus = new IsolatingEventBus();
    let calls = 0;
    const listener = () => (calls += 1);
    const stop = bus.on('guest:gone', listener);
    bus.on('guest:gone', listener);
    stop();
    bus.emit('guest:gone', fact);
    expect(calls).toBe(1);
  });
});
