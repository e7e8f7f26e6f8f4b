import { expect, it } from 'vitest';
import { rawEvent } from './raw-event.js';

const domain = { name: 'a', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

it.each<[string, string | undefined, unknown]>([
  ['no JSON', '{', undefined],
  ['nothing', '', undefined],
  ['too deep', nested(65), undefined],
  ['very deep', nested(1_000_000), undefined],
  ['none', undefined, undefined],
  ['deep enough', '[[[1]]]', [[[1]]]],
  ['an object', '{"status":"completed"}', { status: 'completed' }],
  ['a name that JavaScript has', '{"__proto__":1}', JSON.parse('{"__proto__":1}')],
])('rawEvent: data that is %s', (_, data, expected) => {
  const event = rawEvent({ domain, name: 'MIGRATION', ...(data === undefined ? {} : { data }) });
  expect(event).toEqual({ name: 'MIGRATION', data: expected });
});

it('rawEvent: QEMU’s stamp, where it has one', () => {
  expect(rawEvent({ domain, name: 'RESUME', stampedAt: 7.5 })).toEqual({
    name: 'RESUME',
    data: undefined,
    stampedAt: 7.5,
  });
  expect(rawEvent({ domain, name: 'RESUME' })).not.toHaveProperty('stampedAt');
});
