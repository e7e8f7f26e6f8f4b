import { expect, it } from 'vitest';
import { natsHandoff } from './nats-handoff-plugin.js';

const message = (options: object): string => {
  try {
    natsHandoff(options as never);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

it.each<[string, unknown, RegExp]>([
  ['none', undefined, /^hand-off over NATS: servers must be a list of 1 to 16, each an address such as/],
  ['an empty list', [], /servers must be a list/],
  ['too many', Array.from({ length: 17 }, () => 'nats://a'), /servers must be a list/],
  ['another protocol', ['http://a'], /servers must be a list/],
  ['a path', ['nats://a/b'], /servers must be a list/],
  ['one', 'nats://10.0.0.1:4222', /^taken$/],
  ['several', ['tls://nats.example.net', '[::1]:4222', 'a'], /^taken$/],
])('servers: %s', (_, servers, expected) => {
  expect(message({ servers })).toMatch(expected);
});

it('a password in an address is refused, and not repeated', () => {
  const said = message({ servers: ['nats://me:hunter2@10.0.0.1:4222'] });
  expect(said).toMatch(/servers must be .*an address with a user, which belongs in a file/);
  expect(said).not.toMatch(/hunter2/);
});
