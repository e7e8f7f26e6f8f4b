import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.js';

const problemsOf = (yaml: string): readonly string[] => {
  const parsed = parseConfig(yaml, 'herald.yaml');
  return 'problems' in parsed ? parsed.problems.map((each) => each.message) : [];
};

const timing = 'announce:\n  initialMs: 50\n  ';

describe('a herald.yaml with a mistake', () => {
  it.each([
    [
      'a number out of range',
      `host: A\n\n${timing}rounds: 5000\n`,
      'herald.yaml:5: announce.rounds: must be a whole number from 0 to 1000, got 5000',
    ],
    [
      'a fraction',
      `${timing}stepMs: 1.5\n`,
      'herald.yaml:3: announce.stepMs: must be a whole number from 1 to 10000, got 1.5',
    ],
    [
      'text for a number',
      `${timing}maxMs: soon\n`,
      'herald.yaml:3: announce.maxMs: must be a whole number from 0 to 100000, got "soon"',
    ],
    ['a number for text', 'host: 7\n', 'herald.yaml:1: host: must be text, got 7'],
    [
      'reports kept for a number of something',
      'reports:\n  keep:\n    age: 30\n',
      'herald.yaml:3: reports.keep.age: must be a time such as 90m, 12h or 30d, from 1h to 3650d, got 30',
    ],
    [
      'reports kept for minutes',
      'reports: { keep: { age: 59m } }\n',
      'herald.yaml:1: reports.keep.age: must be a time such as 90m, 12h or 30d, from 1h to 3650d, got "59m"',
    ],
    [
      'less room for reports than one may need',
      'reports: { keep: { size: 1MiB } }\n',
      'herald.yaml:1: reports.keep.size: must be a size such as 500MiB or 1GiB, from 16MiB to 1TiB, got "1MiB"',
    ],
    ['an empty name', "host: ''\n", 'herald.yaml:1: host: must not be empty, got ""'],
    [
      'a mode that is none',
      'mode: obseve\n',
      'herald.yaml:1: mode: must be one of announce, observe, got "obseve"',
    ],
    [
      'a mode of a guest that is none',
      'guests:\n  web-1:\n    mode: true\n',
      'herald.yaml:3: guests.web-1.mode: must be one of announce, observe, got true',
    ],
    ['a value left out', 'trust: filter\nhost:\n', 'herald.yaml:2: host: must be text, got nothing'],
    [
      'a choice that does not exist',
      'trust: everything\n',
      'herald.yaml:1: trust: must be one of primary, filter, learned, got "everything"',
    ],
    [
      'a key misspelt',
      `${timing}round: 3\n`,
      "herald.yaml:3: announce: unknown key 'round'; did you mean 'rounds'?",
    ],
    [
      'a key misspelt at the top',
      'hots: A\n',
      "herald.yaml:1: the file: unknown key 'hots'; did you mean 'host'?",
    ],
    [
      'a key nobody knows',
      'pairing:\n  colour: red\n',
      "herald.yaml:2: pairing: unknown key 'colour'; known are limit",
    ],
    [
      'a key misspelt in a guest',
      'guests:\n  web-1:\n    trusted: primary\n',
      "herald.yaml:3: guests.web-1: unknown key 'trusted'; did you mean 'trust'?",
    ],
    [
      'a plugin that is none',
      'plugins:\n  - acme-nic\n  - 7\n',
      'herald.yaml:3: plugins.1: must be an npm package or a path, or a mapping of `use`, `with` and `enabled`, got 7',
    ],
    [
      'a plugin without a name',
      "plugins:\n  - acme-nic\n  - ''\n",
      'herald.yaml:3: plugins.1.use: must not be empty, got nothing',
    ],
    [
      'a key misspelt in a plugin',
      'plugins:\n  - use: acme-nic\n    wiht: {}\n',
      "herald.yaml:3: plugins.0: unknown key 'wiht'; did you mean 'with'?",
    ],
    [
      'a guest out of range',
      'guests:\n  web-1:\n    maxStations: 0\n',
      'herald.yaml:3: guests.web-1.maxStations: must be a whole number from 1 to 65536, got 0',
    ],
    [
      'text for a list',
      'monitors:\n  qemu:\n    sockets: /run/vm.qmp\n',
      'herald.yaml:3: monitors.qemu.sockets: must be a list of sockets or globs, got "/run/vm.qmp"',
    ],
    [
      'a wrong entry of a list',
      'monitors:\n  qemu:\n    sockets:\n      - /run/a\n      - 3\n',
      'herald.yaml:5: monitors.qemu.sockets.1: must be text, got 3',
    ],
    [
      'a host name of control characters',
      'host: "a\\nb"\n',
      String.raw`herald.yaml:1: host: must not have control characters, got "a\nb"`,
    ],
    [
      "a guest's name too long",
      `guests:\n  ${'x'.repeat(300)}: { mode: observe }\n`,
      `herald.yaml:2: guests.${'x'.repeat(60)}...: a guest's name has 1 to 256 characters, this one has 300`,
    ],
    [
      'a list for a mapping',
      'announce: [1]\n',
      'herald.yaml:1: announce: must be a mapping (key: value), got a list of 1',
    ],
    [
      'text for the whole',
      'just text\n',
      'herald.yaml:1: the file: must be a mapping (key: value), got "just text"',
    ],
    [
      'a MAC for people',
      "deny:\n  macs: ['52540000']\n",
      `herald.yaml:2: deny.macs.0: must be the first 1 to 6 bytes of a MAC, such as '52:54:00', got "52540000"`,
    ],
    [
      'a MAC that YAML took for a number',
      'deny:\n  macs: [02]\n',
      'herald.yaml:2: deny.macs.0: must be text: the first bytes of a MAC, in quotes, got 2',
    ],
    [
      'a VLAN that does not exist',
      'deny:\n  vlans: [4095]\n',
      'herald.yaml:2: deny.vlans.0: must be a VLAN from 1 to 4094, or a range such as 100-199, got 4095',
    ],
    [
      'a range the wrong way round',
      'allow:\n  vlans: [20-10]\n',
      'herald.yaml:2: allow.vlans.0: must be a VLAN from 1 to 4094, or a range such as 100-199, got "20-10"',
    ],
    [
      'an IP address that is none',
      'deny:\n  addresses: [10.0.0.0/8, 10.0.0.256]\n',
      `herald.yaml:2: deny.addresses.1: must be an IP address or a prefix, such as 192.0.2.1 or '2001:db8::/32', got "10.0.0.256"`,
    ],
    [
      'a prefix longer than its address',
      'allow:\n  addresses: [10.0.0.0/33]\n',
      `herald.yaml:2: allow.addresses.0: must be an IP address or a prefix, such as 192.0.2.1 or '2001:db8::/32', got "10.0.0.0/33"`,
    ],
    [
      'an IP address that YAML took for a number',
      'deny:\n  addresses: [10.0]\n',
      'herald.yaml:2: deny.addresses.0: must be text: an IP address or a prefix, in quotes, got 10',
    ],
    [
      'a kind that is no name',
      'announce:\n  kinds: [rarp, Gratuitous_ARP]\n',
      'herald.yaml:2: announce.kinds.1: must be the name of a kind, such as rarp or garp-reply, got "Gratuitous_ARP"',
    ],
    [
      'a kind twice',
      'announce:\n  kinds: [rarp, garp, rarp]\n',
      'herald.yaml:2: announce.kinds: must name each kind once, got a list of 3',
    ],
    [
      'no kind at all',
      'announce:\n  kinds: []\n',
      'herald.yaml:2: announce.kinds: must name at least one kind, got a list of 0',
    ],
    [
      'too many kinds',
      `announce:\n  kinds: [${Array.from({ length: 17 }, (_, n) => `k${n}`).join(', ')}]\n`,
      'herald.yaml:2: announce.kinds: must name at most 16 kinds, got a list of 17',
    ],
    [
      'a preset that does not exist',
      'announce:\n  preset: vpc\n',
      'herald.yaml:2: announce.preset: must be one of switch, evpn, sonic, aci, dai, ovs-slb, ovn-rarp, got "vpc"',
    ],
    [
      'kinds and a preset',
      'announce:\n  kinds: [rarp]\n  preset: evpn\n',
      'herald.yaml:1: announce: must have `kinds` or `preset`, not both',
    ],
    [
      'kinds and a preset on VLANs of a guest',
      'guests:\n  web-1:\n    announce:\n      vlans:\n        - { vlans: [10], kinds: [rarp], preset: evpn }\n',
      'herald.yaml:5: guests.web-1.announce.vlans.0: must have `kinds` or `preset`, not both',
    ],
    [
      'VLANs for which nothing is said',
      'announce:\n  vlans:\n    - vlans: [10]\n',
      'herald.yaml:3: announce.vlans.0: must have `kinds` or `preset`',
    ],
    [
      'kinds for no VLANs',
      'announce:\n  vlans:\n    - kinds: [rarp]\n',
      'herald.yaml:3: announce.vlans.0.vlans: must be a list of VLANs or ranges, got nothing',
    ],
    [
      'a word for a choice of two',
      'announce:\n  multicastRefresh: often\n',
      'herald.yaml:2: announce.multicastRefresh: must be true or false, got "often"',
    ],
    [
      'a pace out of range',
      'announce:\n  pacing: { framesPerSecond: 0 }\n',
      'herald.yaml:2: announce.pacing.framesPerSecond: must be a whole number from 1 to 10000000, got 0',
    ],
    [
      'a pace for ARP out of range',
      'announce:\n  pacing:\n    arp: { burst: 1025 }\n',
      'herald.yaml:3: announce.pacing.arp.burst: must be a whole number from 1 to 1024, got 1025',
    ],
    [
      'a pace for one guest',
      'guests:\n  web-1:\n    announce:\n      pacing: { burst: 8 }\n',
      'herald.yaml:4: guests.web-1.announce.pacing: must stand in `announce` at the top, since all guests of a host share it, got a mapping',
    ],
    [
      'a key that belongs nowhere in a guest',
      'guests:\n  web-1:\n    announce:\n      colour: red\n',
      "herald.yaml:4: guests.web-1.announce: unknown key 'colour'; known are initialMs, maxMs, rounds, stepMs, kinds, preset, vlans, multicastRefresh",
    ],
    [
      'more addresses than a station may have',
      'maxAddresses: 65\n',
      'herald.yaml:1: maxAddresses: must be a whole number from 0 to 64, got 65',
    ],
    [
      'text for a mapping of lists',
      'allow: all\n',
      'herald.yaml:1: allow: must be a mapping (key: value), got "all"',
    ],
    ['one key twice', 'host: A\nhost: B\n', 'herald.yaml:2: not YAML: Map keys must be unique'],
    [
      'a bracket left open',
      'host: A\nmonitors: [\n',
      'herald.yaml:3: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('%s is told with file, line and field', (_, yaml, message) => {
    expect(problemsOf(yaml)).toContain(message);
  });

  it('is told of every mistake at once', () => {
    expect(problemsOf('hots: A\ntrust: all\nlog:\n  level: loud\n')).toHaveLength(3);
  });

  it('is no way to use up memory by aliases', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n++)
      bomb.push(
        `a${n}: &a${n} [${Array(9)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    expect(problemsOf(bomb.join('\n'))[0]).toContain('not YAML: Excessive alias count');
  });

  it.each([
    ['NUL bytes', '\0\0host'],
    ['a byte order mark', '\ufeffhost: 3'],
    ['an unknown tag', 'host: !!js/function x'],
    ['a merge of nothing', '<<: *nothing'],
    ['a key that is a mapping', '? {a: 1}\n: 2'],
    ['two documents', 'host: A\n---\nhost: 3\n'],
    ['a key of the language itself', '__proto__: {host: 3}'],
    ['deep nesting', '['.repeat(300)],
  ])('%s is a problem too, and never throws', (_, yaml) => {
    expect(problemsOf(yaml)).not.toHaveLength(0);
  });
});

describe('a good herald.yaml', () => {
  it.each([
    ['empty', '', {}],
    [
      'with plugins',
      'plugins:\n  - acme-nic\n  - { use: ./my.js, with: { pollMs: 5 } }\n',
      { plugins: [{ use: 'acme-nic' }, { use: './my.js', with: { pollMs: 5 } }] },
    ],
    ['a section left empty', 'control:\nlog: {}\n', { control: {}, log: {} }],
    ['only comments', '# nothing\n', {}],
    [
      'whole',
      'host: A\ntrust: filter\nguests:\n  web-1: { maxStations: 4 }\n',
      { host: 'A', trust: 'filter', guests: { 'web-1': { maxStations: 4 } } },
    ],
  ])('%s is taken as it stands', (_, yaml, config) => {
    expect(parseConfig(yaml, 'f')).toHaveProperty('config', config);
  });
});
