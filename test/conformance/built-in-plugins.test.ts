import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type HeraldPlugin,
  PLUGIN_CONTRACT,
  type PluginFactory,
  type PluginRegistrar,
} from '@nic-herald/core';
import type { Provider } from '@nic-herald/core/internal';
import { tokenName } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { BUILT_INS } from '../../packages/cli/src/agent/built-ins.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What must be given; and of every option a value that it cannot have. */
const OPTIONS: Readonly<
  Record<string, { readonly given?: object; readonly wrong?: Readonly<Record<string, unknown>> }>
> = {
  '@nic-herald/monitor-qemu': {
    given: { sockets: ['/nowhere/*.qmp'] },
    wrong: {
      sockets: ['relative'],
      enableMigrationEvents: 'yes',
      greetingTimeoutMs: 0,
      commandTimeoutMs: 1e9,
      maxLineBytes: 7,
      migrationPollMs: 1,
      nicPollMs: '5',
      rescanMs: -1,
      reconnectMs: { first: 1 },
    },
  },
  '@nic-herald/monitor-libvirt': { wrong: { socket: 'relative', readOnly: 'yes', commandTimeoutMs: 0 } },
  '@nic-herald/learner-linux': { wrong: { capacity: 255, inKernel: 1 } },
  '@nic-herald/proof': { wrong: { window: 0 } },
  '@nic-herald/control': { wrong: { socket: '' } },
  '@nic-herald/metrics': { wrong: { listen: 'here:port', socket: '', mode: 660 } },
  '@nic-herald/handoff-directory': {
    given: { directory: '/nowhere/at/all' },
    wrong: { directory: '', maxFileBytes: 1, maxEntries: 0, pollMs: 0.5, requireMount: 'yes' },
  },
  '@nic-herald/handoff-nats': {
    given: { servers: ['nats://127.0.0.1:1'] },
    wrong: {
      servers: [],
      bucket: 'a.b',
      nkey: '',
      credentials: 7,
      ca: '',
      cert: '',
      key: [],
      create: 'yes',
      replicas: 6,
      maxEntryBytes: 4095,
      maxEntries: 0,
    },
  },
  '@nic-herald/handoff-libvirt': { wrong: { socket: 'relative', readOnly: 1, setTimeoutMs: 99 } },
};

const keyOf = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === 'object' ? part.key : part);

const factoryOf = async (load: () => Promise<object>): Promise<PluginFactory> =>
  ((await load()) as { plugin: PluginFactory }).plugin;

const make = async (factory: PluginFactory, given: object): Promise<HeraldPlugin> => {
  const result = await factory.options?.['~standard'].validate(given);
  if (result === undefined || result.issues !== undefined) throw new Error(JSON.stringify(result?.issues));
  return factory(result.value);
};

describe.each(BUILT_INS)(
  '$name is a plugin as strangers have to write it:',
  ({ name, load, sources, takenWith }) => {
    const { given = {}, wrong = {} } = OPTIONS[name] ?? {};
    const issuesOf = async (options: unknown) => {
      const { options: schema } = await factoryOf(load);
      const { issues = [] } = (await schema?.['~standard'].validate(options)) ?? {};
      return issues.map(({ path = [], message }) => [path.map(keyOf).join('.'), message]);
    };

    it.each([[7], ['text'], [[]], [null]])('its options are not %j', async (options) => {
      expect(await issuesOf(options)).toHaveLength(1);
    });

    it('an option that it does not know is refused by its name', async () => {
      expect(await issuesOf({ ...given, speed: 7 })).toEqual([['speed', expect.any(String)]]);
    });

    it('every option of it is refused by name and value where it is nonsense', async () => {
      for (const [option, value] of Object.entries(wrong)) {
        const issues = await issuesOf({ ...given, [option]: value });
        expect(issues, option).toEqual([[option, expect.stringMatching(/^must be .+, got .+/) as string]]);
      }
    });

    it('what sections and flags give are options of it', async () => {
      for (const { option } of sources) expect(Object.keys(wrong)).toContain(option);
      if (takenWith !== undefined) expect(sources.map(({ option }) => option)).toContain(takenWith);
    });

    it('it has the name of its package and the contract, and its install constructs nothing', async () => {
      const plugin = await make(await factoryOf(load), given);
      expect([plugin.name, plugin.contract]).toEqual([name, PLUGIN_CONTRACT]);
      const constructed: string[] = [];
      const register = (token: symbol, provider: Provider<unknown>): void => {
        // a value may hold settings, and no object that lives
        if ('value' in provider && Object.getPrototypeOf(provider.value) !== Object.prototype) {
          constructed.push(tokenName(token));
        }
      };
      const registrar: PluginRegistrar = {
        provide: (token, provider) => register(token, provider),
        contribute: (token, provider) => register(token, provider),
      };
      expect(plugin.install(registrar)).toBeUndefined();
      expect(constructed).toEqual([]);
    });

    it('it opens nothing when it is imported, made and installed', async () => {
      const script = `
      await import('@nic-herald/core'); // what compiles the sources runs from here on
      const before = process.getActiveResourcesInfo().toSorted().join();
      const { plugin } = await import(${JSON.stringify(name)});
      const { value } = await plugin.options['~standard'].validate(${JSON.stringify(given)});
      plugin(value).install({ provide() {}, contribute() {} });
      console.log(before === process.getActiveResourcesInfo().toSorted().join());`;
      const flags = [
        '--conditions=nic-herald:source',
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        script,
      ];
      const { stdout } = await promisify(execFile)(process.execPath, flags, {
        cwd: `${root}packages/cli`,
        env: { ...process.env, TSX_TSCONFIG_PATH: `${root}tsconfig.base.json` },
        timeout: 20_000, // it ends by itself: nothing keeps it alive
      });
      expect(stdout).toBe('true\n');
    }, 30_000);
  },
);
