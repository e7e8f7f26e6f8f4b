import { resolve } from 'node:path';
import { isHeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import type { RunFlags } from '../config/agent-settings.js';
import type { LoadedConfig } from '../config/load-config.js';
import { parseConfig } from '../config/parse-config.js';
import { choosePlugins } from './choose-plugins.js';

const FILE = '/etc/h.yaml';
const fileOf = (yaml: string): LoadedConfig => {
  const parsed = parseConfig(yaml, FILE);
  if ('problems' in parsed) throw new AggregateError(parsed.problems);
  return { file: FILE, ...parsed };
};

const choose = (yaml?: string, flags: Partial<RunFlags> = {}) =>
  choosePlugins({ qmp: [], ...flags }, yaml === undefined ? undefined : fileOf(yaml));

/** Those that are taken, without the scope, and why. */
const reasons = (...given: Parameters<typeof choose>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    choose(...given).taken.map(({ use, because }) => [use.replace('@nic-herald/', ''), because]),
  );

const choiceOf = (name: string, ...given: Parameters<typeof choose>) =>
  choose(...given).taken.find(({ use }) => use === `@nic-herald/${name}`);

const problemsOf = (...given: Parameters<typeof choose>): readonly string[] => {
  try {
    choose(...given);
  } catch (error) {
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    return errors.map((each) => (isHeraldError(each) ? `${each.code} ${each.message}` : String(each)));
  }
  return [];
};

const ALWAYS = {
  'model-virtio-net': 'always',
  'model-e1000': 'always',
  'model-igb': 'always',
  'ports-linux': 'always',
  'sink-linux': 'always',
  'learner-linux': 'always',
  control: 'always',
};

describe('what contradicts itself is refused', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'an option in a section and, another, in an entry',
      'handoff:\n  directory: /a\nplugins:\n  - use: "@nic-herald/handoff-directory"\n    with: { directory: /b }\n',
      [
        'HERALD_CONFIG_INVALID /etc/h.yaml:5: plugins.0.with.directory: differs from handoff.directory in line 2, which is the same option of @nic-herald/handoff-directory: keep one of them',
      ],
    ],
    [
      'a built-in in two entries',
      'plugins:\n  - "@nic-herald/sink-linux"\n  - { use: "@nic-herald/sink-linux", enabled: false }\n',
      [
        'HERALD_PLUGIN_DUPLICATE /etc/h.yaml:3: plugins.1: @nic-herald/sink-linux stands in line 2 already: keep one of them',
      ],
    ],
    [
      'a misspelled one that is left out',
      'plugins: [{ use: "@nic-herald/sink-linx", enabled: false }]',
      [
        "HERALD_CONFIG_INVALID /etc/h.yaml:1: plugins.0: there is no @nic-herald/sink-linx to leave out; did you mean '@nic-herald/sink-linux'?",
      ],
    ],
    [
      'one without its scope that is left out',
      'plugins: [{ use: learner-linux, enabled: false }]',
      [
        "HERALD_CONFIG_INVALID /etc/h.yaml:1: plugins.0: there is no learner-linux to leave out; did you mean '@nic-herald/learner-linux'?",
      ],
    ],
    [
      'one of ours that there is not',
      'plugins: [{ use: "@nic-herald/host", enabled: false }]',
      [
        expect.stringContaining(
          'there is no @nic-herald/host to leave out; known are @nic-herald/model-virtio-net',
        ) as string,
      ],
    ],
    [
      'all of it at once',
      'learner: { capacity: 512, inKernel: true }\nplugins:\n  - use: "@nic-herald/learner-linux"\n    with: { capacity: 1024, inKernel: false }\n  - { use: model-e1000, enabled: false }\n',
      [
        expect.stringContaining('plugins.1: there is no model-e1000') as string,
        expect.stringContaining('plugins.0.with.capacity: differs from learner.capacity in line 1') as string,
        expect.stringContaining('plugins.0.with.inKernel: differs from learner.inKernel') as string,
      ],
    ],
  ])('%s', (_, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });
});

describe('what is taken, and why', () => {
  it.each<[string, string | undefined, Partial<RunFlags>, Readonly<Record<string, string>>]>([
    ['nothing said', undefined, {}, ALWAYS],
    [
      'flags',
      undefined,
      { qmp: ['a'], handoffDir: 'b' },
      { ...ALWAYS, 'monitor-qemu': '--qmp', 'handoff-directory': '--handoff-dir' },
    ],
    [
      'sections',
      'monitors:\n  qemu:\n    sockets: [a]\nhandoff:\n  directory: b\n',
      {},
      {
        ...ALWAYS,
        'monitor-qemu': 'monitors.qemu.sockets (/etc/h.yaml:3)',
        'handoff-directory': 'handoff.directory (/etc/h.yaml:5)',
      },
    ],
    ['a section that is empty', 'metrics:\n', {}, { ...ALWAYS, metrics: 'metrics (/etc/h.yaml:1)' }],
    [
      'a section, where any of its keys is enough',
      'metrics:\n  socket: m\n',
      {},
      { ...ALWAYS, metrics: 'metrics (/etc/h.yaml:1)' },
    ],
    ['a flag of a section', undefined, { metrics: '9199' }, { ...ALWAYS, metrics: '--metrics' }],
    [
      'sections that name nothing',
      'monitors: { qemu: { sockets: [], enableMigrationEvents: true } }\nhandoff: {}\n',
      {},
      ALWAYS,
    ],
    [
      'entries',
      'plugins:\n  - use: "@nic-herald/monitor-qemu"\n    with: { sockets: [/a] }\n  - "@nic-herald/learner-linux"\n  - acme\n',
      {},
      {
        ...ALWAYS,
        'monitor-qemu': 'plugins.0 (/etc/h.yaml:2)',
        'learner-linux': 'always, plugins.1 (/etc/h.yaml:4)',
        acme: 'plugins.2 (/etc/h.yaml:5)',
      },
    ],
    [
      'a flag beside an entry that leaves it out',
      'plugins: [{ use: "@nic-herald/handoff-directory", enabled: false, with: { directory: /x } }]',
      { handoffDir: '/b' },
      { ...ALWAYS, 'handoff-directory': '--handoff-dir' },
    ],
  ])('%s', (_, yaml, flags, expected) => {
    expect(reasons(yaml, flags)).toEqual(expected);
  });

  it('any built-in can be left out, whatever its section says', () => {
    const names = [
      'model-virtio-net',
      'model-e1000',
      'model-igb',
      'monitor-qemu',
      'monitor-libvirt',
      'ports-linux',
      'sink-linux',
      'learner-linux',
      'handoff-directory',
      'handoff-libvirt',
      'handoff-nats',
      'proof',
      'control',
      'metrics',
    ];
    const entries = names.map((name) => `  - { use: "@nic-herald/${name}", enabled: false }\n`).join('');
    const sections =
      'monitors: { qemu: { sockets: [a] } }\nhandoff: { directory: b }\nlearner: { capacity: 512 }\n';
    const { taken, leftOut } = choose(`${sections}plugins:\n${entries}  - { use: acme, enabled: false }\n`);
    expect(taken).toEqual([]);
    expect(leftOut.map(({ plugin }) => plugin)).toEqual([
      ...names.map((name) => `@nic-herald/${name}`),
      'acme',
    ]);
    expect(leftOut[3]?.because).toBe('plugins.3 (/etc/h.yaml:8)');
  });
});

describe('libvirt', () => {
  const libvirtSocket = '/run/libvirt/libvirt-sock';
  const found = (yaml: string | undefined, flags: Partial<RunFlags>) =>
    Object.fromEntries(
      choosePlugins({ qmp: [], ...flags }, yaml === undefined ? undefined : fileOf(yaml), { libvirtSocket })
        .taken.filter(({ because }) => because !== 'always')
        .map(({ use, because, given }) => [use.replace('@nic-herald/', ''), [because, given]]),
    );
  /** Both its monitor and its hand-off, for one reason. */
  const both = (because: string, given?: object) => ({
    'monitor-libvirt': [because, given],
    'handoff-libvirt': [because, given],
  });
  const here = `libvirt is at ${libvirtSocket}`;
  const leftOut = (name: string) => `plugins: [{ use: "@nic-herald/${name}", enabled: false }]`;

  it.each<[string, string | undefined, Partial<RunFlags>, Readonly<Record<string, unknown>>]>([
    ['is watched where it is and nothing is said', undefined, {}, both(here)],
    [
      'is watched beside plugins of others',
      'plugins: [acme]',
      {},
      { ...both(here), acme: ['plugins.0 (/etc/h.yaml:1)', undefined] },
    ],
    [
      'is not watched where sockets of QEMUs are named',
      undefined,
      { qmp: ['/a'] },
      { 'monitor-qemu': ['--qmp', { sockets: ['/a'] }] },
    ],
    [
      'is watched beside those where it is asked for',
      undefined,
      { qmp: ['/a'], libvirt: true },
      { 'monitor-qemu': ['--qmp', { sockets: ['/a'] }], ...both('--libvirt') },
    ],
    [
      'is watched at a socket that is named',
      undefined,
      { libvirt: '/b' },
      both('--libvirt', { socket: '/b' }),
    ],
    [
      'is watched by an empty section',
      'monitors:\n  libvirt:\n',
      {},
      both('monitors.libvirt (/etc/h.yaml:2)'),
    ],
    [
      'is only looked at where a section says so',
      'monitors: { libvirt: { readOnly: true } }',
      {},
      both('monitors.libvirt (/etc/h.yaml:1)', { readOnly: true }),
    ],
    [
      'hands nothing over where a directory does',
      undefined,
      { handoffDir: '/h' },
      {
        'monitor-libvirt': [here, undefined],
        'handoff-directory': ['--handoff-dir', { directory: '/h' }],
      },
    ],
    [
      'hands over beside a directory where both are named',
      'handoff:\n  directory: /h\n  libvirt:\n',
      {},
      {
        'monitor-libvirt': [here, undefined],
        'handoff-directory': ['handoff.directory (/etc/h.yaml:2)', { directory: '/h' }],
        'handoff-libvirt': ['handoff.libvirt (/etc/h.yaml:3)', undefined],
      },
    ],
    ['is left out, and hands nothing over then', leftOut('monitor-libvirt'), {}, {}],
    [
      'is watched and hands nothing over',
      leftOut('handoff-libvirt'),
      {},
      { 'monitor-libvirt': [here, undefined] },
    ],
  ])('%s', (_, yaml, flags, taken) => {
    expect(found(yaml, flags)).toEqual(taken);
  });
});

describe('options of a built-in', () => {
  it.each<[string, string, string | undefined, Partial<RunFlags>, unknown]>([
    ['none', 'sink-linux', undefined, {}, undefined],
    [
      'of flags, by the working directory',
      'monitor-qemu',
      undefined,
      { qmp: ['a/*', '/b'] },
      { sockets: [resolve('a/*'), '/b'] },
    ],
    [
      'of sections, by the file',
      'handoff-directory',
      'handoff: { directory: h }',
      {},
      { directory: '/etc/h' },
    ],
    [
      'of an entry, by the file',
      'handoff-directory',
      'plugins: [{ use: "@nic-herald/handoff-directory", with: { directory: ../h, pollMs: 20 } }]',
      {},
      { directory: '/h', pollMs: 20 },
    ],
    [
      'of a section in a section',
      'handoff-nats',
      'handoff: { nats: { servers: nats://a, nkey: k, tls: { ca: ca.pem } } }',
      {},
      { servers: 'nats://a', nkey: '/etc/k', ca: '/etc/ca.pem' },
    ],
    [
      'of a flag over a section',
      'handoff-nats',
      'handoff: { nats: { servers: [nats://a], bucket: b } }',
      { handoffNats: ['nats://c'] },
      { servers: ['nats://c'], bucket: 'b' },
    ],
    [
      'of both, where they agree or complete each other',
      'handoff-directory',
      'handoff: { directory: h }\nplugins: [{ use: "@nic-herald/handoff-directory", with: { directory: /etc/h, pollMs: 20 } }]',
      {},
      { directory: '/etc/h', pollMs: 20 },
    ],
    [
      'a flag over both',
      'handoff-directory',
      'handoff: { directory: h }\nplugins: [{ use: "@nic-herald/handoff-directory", with: { pollMs: 20 } }]',
      { handoffDir: '/f' },
      { directory: '/f', pollMs: 20 },
    ],
    ['false', 'learner-linux', 'learner: { inKernel: false }', {}, { inKernel: false }],
    [
      'what is no mapping is left to the schema',
      'learner-linux',
      'plugins: [{ use: "@nic-herald/learner-linux", with: [7] }]',
      {},
      [7],
    ],
    [
      'an empty path is left to the schema',
      'handoff-directory',
      'plugins: [{ use: "@nic-herald/handoff-directory", with: { directory: "" } }]',
      {},
      { directory: '' },
    ],
  ])('%s', (_, name, yaml, flags, given) => {
    expect(choiceOf(name, yaml, flags)?.given).toEqual(given);
  });

  it.each<
    [string, string, string | undefined, Partial<RunFlags>, readonly PropertyKey[] | undefined, string]
  >([
    ['a flag', 'handoff-directory', undefined, { handoffDir: 'x' }, ['directory'], '--handoff-dir'],
    [
      'a section',
      'monitor-qemu',
      'monitors:\n  qemu:\n    sockets: [a]\n',
      {},
      ['sockets', 0],
      '/etc/h.yaml:3: monitors.qemu.sockets.0',
    ],
    [
      'an entry',
      'learner-linux',
      'plugins:\n  - use: "@nic-herald/learner-linux"\n    with:\n      capacity: 7\n',
      {},
      ['capacity'],
      '/etc/h.yaml:4: plugins.0.with.capacity',
    ],
    [
      'what an entry lacks',
      'handoff-directory',
      'plugins:\n  - "@nic-herald/handoff-directory"\n',
      {},
      ['directory'],
      '/etc/h.yaml:2: plugins.0.with.directory',
    ],
    [
      'the entry itself',
      'sink-linux',
      'plugins:\n  - "@nic-herald/sink-linux"\n',
      {},
      undefined,
      '/etc/h.yaml:2: plugins.0',
    ],
    ['nothing at all', 'sink-linux', undefined, {}, undefined, '@nic-herald/sink-linux'],
  ])('are told of by the place of %s', (_, name, yaml, flags, keys, place) => {
    expect(choiceOf(name, yaml, flags)?.placeOf(keys)).toBe(place);
  });
});
