import { HeraldError } from '@nic-herald/core';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { closeHost } from './close-host.js';

/** What closing a host comes to, and what stands in the log. */
const closing = async (close: () => Promise<void>) => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { isClosed: await closeHost({ close }, pino({ base: null, timestamp: false }, { write })), lines };
};

it.each([
  [
    'each part that failed',
    new AggregateError([new HeraldError('HERALD_TIMEOUT', 'too long'), new Error('no')], '2 parts'),
    ['HERALD_TIMEOUT', undefined],
  ],
  ['what else failed', new Error('no'), [undefined]],
])('logs %s', async (_, error, codes) => {
  const { isClosed, lines } = await closing(() => Promise.reject(error));
  expect(isClosed).toBe(false);
  expect(lines.map(({ code, msg }) => [code, msg])).toEqual(
    codes.map((code) => [code, 'a part of the agent did not close']),
  );
});

it('says nothing where all closed', async () => {
  expect(await closing(() => Promise.resolve())).toEqual({ isClosed: true, lines: [] });
});
