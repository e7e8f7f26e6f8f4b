import { expect, it } from 'vitest';
import { knownFilter } from './known-filters.js';

it.each(['', 'constructor', '__proto__', 'allow-arp', 'no-ip-spoofing', 'Clean-Traffic'])(
  'knownFilter: %j is none that touches announcements',
  (name) => {
    expect(knownFilter(name)).toBeUndefined();
  },
);

it.each<[string, object]>([
  ['clean-traffic', { primaryMacOnly: true, untaggedOnly: true, besides: ['null-garp'] }],
  [
    'clean-traffic-gateway',
    { primaryMacOnly: true, untaggedOnly: true, kinds: ['rarp', 'garp', 'garp-reply', 'arp-ask'] },
  ],
  ['no-mac-spoofing', { primaryMacOnly: true, untaggedOnly: false }],
  ['no-other-l2-traffic', { primaryMacOnly: false, kinds: [] }],
])('knownFilter: %s', (name, expected) => {
  expect(knownFilter(name)).toMatchObject({ name: `libvirt's filter ${name}`, ...expected });
});
