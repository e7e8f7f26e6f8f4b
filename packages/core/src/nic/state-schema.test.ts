import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseState, type StateSchema } from './state-schema.js';

const schemaOf = (validate: () => unknown): StateSchema<unknown> =>
  ({ '~standard': { version: 1, vendor: 'test', validate } }) as StateSchema<unknown>;

describe('parseState', () => {
  it.each([
    [
      'throws',
      schemaOf(() => {
        throw new Error('no');
      }),
      ['the schema failed: no'],
    ],
    [
      'throws a text',
      schemaOf(() => {
        throw 'no' as unknown as Error;
      }),
      ['the schema failed: no'],
    ],
    [
      'is asynchronous',
      schemaOf(() => Promise.resolve({ value: 1 })),
      ['the schema is asynchronous; it must be synchronous'],
    ],
    [
      'rejects',
      schemaOf(() => Promise.reject(new Error('no'))),
      ['the schema is asynchronous; it must be synchronous'],
    ],
    ['gives nothing', schemaOf(() => undefined), [expect.stringContaining('the schema failed: ') as string]],
    [
      'finds fault',
      z.object({ vlans: z.array(z.number()) }),
      ['vlans.1: Invalid input: expected number, received string'],
    ],
    ['finds fault with the whole', z.array(z.unknown()), ['Invalid input: expected array, received object']],
    [
      'names parts by objects',
      schemaOf(() => ({ issues: [{ message: 'bad', path: [{ key: 'a' }, 0] }] })),
      ['a.0: bad'],
    ],
    [
      'finds a thousand faults',
      schemaOf(() => ({ issues: Array(1000).fill({ message: 'bad' }) })),
      Array(5).fill('bad'),
    ],
    [
      'quotes a megabyte',
      schemaOf(() => ({ issues: [{ message: 'x'.repeat(1e6) }] })),
      [`${'x'.repeat(200)}...`],
    ],
  ])('gives issues where the schema %s', async (_, schema: StateSchema<unknown>, issues) => {
    expect(parseState(schema, { vlans: [1, 'two'] })).toEqual({ issues });
    await new Promise((resolve) => setImmediate(resolve)); // a rejection nobody handles would end the agent
  });

  it('gives the value the schema makes', () => {
    expect(parseState(z.object({ vlans: z.array(z.number()) }), { vlans: [1], more: 2 })).toEqual({
      value: { vlans: [1] },
    });
  });
});
