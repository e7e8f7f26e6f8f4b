import { expect, it } from 'vitest';
import { parseConfig } from './parse-config.js';
import { unknownKinds } from './unknown-kinds.js';

const unknownIn = (yaml: string): readonly string[] => {
  const parsed = parseConfig(yaml, 'herald.yaml');
  if ('problems' in parsed) throw parsed.problems[0] ?? new Error('no problem was told');
  return unknownKinds(parsed.config, ['rarp', 'garp', 'na', 'acme-hello'], 'herald.yaml').map(
    ({ message }) => message,
  );
};

it.each([
  [
    'one that is misspelt',
    'announce: { kinds: [rarp, gapr] }',
    ["herald.yaml names the kind 'gapr', which no plugin of this host provides; did you mean 'garp'?"],
  ],
  [
    'one that nobody brings, once',
    'announce: { kinds: [other-kind], vlans: [{ vlans: [10], kinds: [other-kind] }] }',
    [
      "herald.yaml names the kind 'other-kind', which no plugin of this host provides; this host has rarp, garp, na, acme-hello",
    ],
  ],
  [
    "one on a guest's VLANs",
    'guests: { web: { announce: { vlans: [{ vlans: [10], kinds: [nna] }] } } }',
    ["herald.yaml names the kind 'nna', which no plugin of this host provides; did you mean 'na'?"],
  ],
  ['none where a plugin brings it', 'announce: { kinds: [acme-hello] }', []],
  ['none of a preset', 'announce: { preset: switch }', []],
  ['none where nothing is said', '', []],
])('tells of %s', (_, yaml, messages) => {
  expect(unknownIn(yaml)).toEqual(messages);
});
