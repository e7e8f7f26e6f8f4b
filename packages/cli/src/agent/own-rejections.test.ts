import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ownRejections } from './own-rejections.js';

describe('ownRejections', () => {
  it('logs what nobody waits for, until it is stopped', () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(line) });
    const before = process.listenerCount('unhandledRejection');
    const stop = ownRejections(logger);
    const [listener] = process.listeners('unhandledRejection').slice(-1);
    listener?.(new Error('nobody waited'), Promise.resolve());
    stop();
    expect(process.listenerCount('unhandledRejection')).toBe(before);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 50, code: 'HERALD_UNHANDLED', err: { message: 'nobody waited' } },
    ]);
  });
});
