import type { RunFlags } from '../config/agent-settings.js';
import { nearestWord } from '../nearest-word.js';

/** The short ways to give one option of a built-in: a key of herald.yaml, and perhaps a flag. */
export interface OptionSource {
  readonly option: string;
  /** The key of herald.yaml, from the top. */
  readonly key: readonly [string, ...string[]];
  readonly flag?: { readonly name: string; readonly of: (flags: RunFlags) => unknown };
  /** A path or a list of paths: of the file relative to it, of a flag to the working directory. */
  readonly isPath?: true;
}

/** A plugin that comes with nic-herald. It is one like others: what stands here could be written under `plugins:`. */
export interface BuiltIn {
  /** The npm package, and the plugin's name. */
  readonly name: string;
  /** Imports the package, whose export `plugin` is a `PluginFactory`. Native code is loaded with it. */
  readonly load: () => Promise<object>;
  /** The option without which a section does not take it; absent, and no `section`: it is always taken. */
  readonly takenWith?: string;
  /** A section that takes it by being there, even empty; a flag that does so without a value. */
  readonly section?: readonly [string, ...string[]];
  readonly bareFlag?: { readonly name: string; readonly of: (flags: RunFlags) => boolean };
  /** Says why it is taken where nothing asks for it; `undefined`: it is not. */
  readonly byDefault?: (asked: AskedFor) => string | undefined;
  readonly sources: readonly OptionSource[];
  /** What cannot be done without it: looking at a guest, sending for one, or nothing but an agent's work. */
  readonly neededFor: 'looking' | 'sending' | 'agent';
  /** It brings a monitor. */
  readonly watches?: true;
  /** It brings a hand-off. */
  readonly handsOver?: true;
}

/** What was asked for, and what is there: what is taken by default follows from it. */
export interface AskedFor {
  /** libvirt's socket on this host, if it has one. */
  readonly libvirtSocket: string | undefined;
  /** A built-in monitor was asked for. */
  readonly watches: boolean;
  /** A built-in hand-off was asked for. */
  readonly handsOver: boolean;
  /** Why libvirt's domains are watched, asked for or by default; `undefined` where they are not. */
  readonly watchesLibvirt: string | undefined;
}

/** What watches libvirt's domains. */
export const LIBVIRT_MONITOR = '@nic-herald/monitor-libvirt';

/** Where libvirt answers: one key for all that ask there. */
const LIBVIRT_SOCKET: OptionSource = {
  option: 'socket',
  key: ['monitors', 'libvirt', 'socket'],
  flag: { name: '--libvirt', of: ({ libvirt }) => (libvirt === true ? undefined : libvirt) },
  isPath: true,
};

/** Whether libvirt is only looked at: one key for all, too. */
const LIBVIRT_READ_ONLY: OptionSource = { option: 'readOnly', key: ['monitors', 'libvirt', 'readOnly'] };

/** What answers at an agent's control socket. */
export const CONTROL_PLUGIN = '@nic-herald/control';

/** All plugins that come with nic-herald, in the order in which they are shown. */
export const BUILT_INS: readonly BuiltIn[] = [
  {
    name: '@nic-herald/model-virtio-net',
    load: () => import('@nic-herald/model-virtio-net'),
    sources: [],
    neededFor: 'looking',
  },
  {
    name: '@nic-herald/model-e1000',
    load: () => import('@nic-herald/model-e1000'),
    sources: [],
    neededFor: 'looking',
  },
  {
    name: '@nic-herald/model-igb',
    load: () => import('@nic-herald/model-igb'),
    sources: [],
    neededFor: 'looking',
  },
  {
    name: '@nic-herald/monitor-qemu',
    load: () => import('@nic-herald/monitor-qemu'),
    takenWith: 'sockets',
    sources: [
      {
        option: 'sockets',
        key: ['monitors', 'qemu', 'sockets'],
        flag: { name: '--qmp', of: ({ qmp }) => qmp },
        isPath: true,
      },
      { option: 'enableMigrationEvents', key: ['monitors', 'qemu', 'enableMigrationEvents'] },
    ],
    neededFor: 'looking',
    watches: true,
  },
  {
    name: LIBVIRT_MONITOR,
    load: () => import('@nic-herald/monitor-libvirt'),
    takenWith: 'socket',
    section: ['monitors', 'libvirt'],
    bareFlag: { name: '--libvirt', of: ({ libvirt }) => libvirt === true },
    byDefault: ({ libvirtSocket, watches }) =>
      watches || libvirtSocket === undefined ? undefined : `libvirt is at ${libvirtSocket}`,
    sources: [LIBVIRT_SOCKET, LIBVIRT_READ_ONLY],
    neededFor: 'looking',
    watches: true,
  },
  {
    name: '@nic-herald/ports-linux',
    load: () => import('@nic-herald/ports-linux'),
    sources: [],
    neededFor: 'looking',
  },
  {
    name: '@nic-herald/sink-linux',
    load: () => import('@nic-herald/sink-linux'),
    sources: [],
    neededFor: 'sending',
  },
  {
    name: '@nic-herald/learner-linux',
    load: () => import('@nic-herald/learner-linux'),
    sources: [
      { option: 'capacity', key: ['learner', 'capacity'] },
      { option: 'inKernel', key: ['learner', 'inKernel'] },
    ],
    neededFor: 'agent',
  },
  {
    name: '@nic-herald/handoff-directory',
    load: () => import('@nic-herald/handoff-directory'),
    takenWith: 'directory',
    sources: [
      {
        option: 'directory',
        key: ['handoff', 'directory'],
        flag: { name: '--handoff-dir', of: ({ handoffDir }) => handoffDir },
        isPath: true,
      },
      { option: 'requireMount', key: ['handoff', 'requireMount'] },
    ],
    neededFor: 'agent',
    handsOver: true,
  },
  {
    name: '@nic-herald/handoff-libvirt',
    load: () => import('@nic-herald/handoff-libvirt'),
    section: ['handoff', 'libvirt'],
    byDefault: ({ handsOver, watchesLibvirt }) => (handsOver ? undefined : watchesLibvirt),
    sources: [LIBVIRT_SOCKET, LIBVIRT_READ_ONLY],
    neededFor: 'agent',
    handsOver: true,
  },
  {
    name: '@nic-herald/handoff-nats',
    load: () => import('@nic-herald/handoff-nats'),
    takenWith: 'servers',
    section: ['handoff', 'nats'],
    sources: [
      {
        option: 'servers',
        key: ['handoff', 'nats', 'servers'],
        flag: { name: '--handoff-nats', of: ({ handoffNats }) => handoffNats },
      },
      { option: 'bucket', key: ['handoff', 'nats', 'bucket'] },
      { option: 'nkey', key: ['handoff', 'nats', 'nkey'], isPath: true },
      { option: 'credentials', key: ['handoff', 'nats', 'credentials'], isPath: true },
      { option: 'ca', key: ['handoff', 'nats', 'tls', 'ca'], isPath: true },
      { option: 'cert', key: ['handoff', 'nats', 'tls', 'cert'], isPath: true },
      { option: 'key', key: ['handoff', 'nats', 'tls', 'key'], isPath: true },
      { option: 'create', key: ['handoff', 'nats', 'create'] },
      { option: 'replicas', key: ['handoff', 'nats', 'replicas'] },
    ],
    neededFor: 'agent',
    handsOver: true,
  },
  {
    name: '@nic-herald/proof',
    load: () => import('@nic-herald/proof'),
    section: ['proof'],
    sources: [{ option: 'window', key: ['proof', 'window'] }],
    neededFor: 'agent',
  },
  {
    name: CONTROL_PLUGIN,
    load: () => import('@nic-herald/control'),
    sources: [
      {
        option: 'socket',
        key: ['control', 'socket'],
        flag: { name: '--control', of: ({ control }) => control },
        isPath: true,
      },
    ],
    neededFor: 'agent',
  },
  {
    name: '@nic-herald/metrics',
    load: () => import('@nic-herald/metrics'),
    takenWith: 'listen',
    section: ['metrics'],
    sources: [
      {
        option: 'listen',
        key: ['metrics', 'listen'],
        flag: { name: '--metrics', of: ({ metrics }) => metrics },
      },
      { option: 'socket', key: ['metrics', 'socket'], isPath: true },
      { option: 'mode', key: ['metrics', 'mode'] },
    ],
    neededFor: 'agent',
  },
];

/** The built-in of this name. */
export const builtInOf = (name: string): BuiltIn | undefined => BUILT_INS.find((each) => each.name === name);

/** The name of the built-in that was most likely meant: a misspelled one, or one without its scope. */
export const builtInMeant = (written: string): string | undefined => {
  const names = BUILT_INS.map(({ name }) => name);
  const whole = nearestWord(written, names);
  if (whole !== undefined || (written.includes('/') && !written.startsWith(SCOPE))) return whole;
  const short = nearestWord(
    written.replace(SCOPE, ''),
    names.map((name) => name.replace(SCOPE, '')),
  );
  return short === undefined ? undefined : `${SCOPE}${short}`;
};

/** The scope of what comes with nic-herald. */
export const SCOPE = '@nic-herald/';
