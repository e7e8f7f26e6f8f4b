import {
  type HeraldPlugin,
  inject,
  injectable,
  multiToken,
  type PluginRegistrar,
  token,
} from '@nic-herald/core';
import type { AnyToken } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { Installation } from './installation.js';

const NAME = token<string>('test/name');
const OTHER = token<object>('test/other');
const PART = multiToken<object>('test/part');

const plugin = (
  name: string,
  install: HeraldPlugin['install'] = () => {},
  requires: readonly AnyToken[] = [],
): HeraldPlugin => ({
  name,
  contract: 2,
  requires,
  install,
});
const installed = (...plugins: HeraldPlugin[]): Installation => {
  const installation = new Installation();
  for (const each of plugins) installation.install(each);
  return installation;
};
const failure = (code: string, message: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as unknown });
const providesName = (by: string) => plugin(by, (registrar) => registrar.provide(NAME, { value: by }));

describe('Installation', () => {
  it.each<[string, () => unknown, string, string]>([
    [
      'another contract, with both numbers',
      () => installed({ ...plugin('future'), contract: 1 as 2 }),
      'HERALD_PLUGIN_CONTRACT',
      'future was written for contract 1, this host has 2',
    ],
    [
      'a plugin twice',
      () => installed(plugin('one'), plugin('one')),
      'HERALD_PLUGIN_DUPLICATE',
      'one is listed twice',
    ],
    [
      'a token provided twice, with both names',
      () => installed(providesName('one'), providesName('two')),
      'HERALD_PLUGIN_TOKEN_TAKEN',
      'two and one both provide test/name, of which a host has one',
    ],
    [
      'an install that throws',
      () =>
        installed(
          plugin('one', () => {
            throw new Error('no');
          }),
        ),
      'HERALD_PLUGIN_INSTALL',
      'one could not be installed: no',
    ],
    [
      'what is no plugin',
      () => installed({ name: 'one', contract: 2 } as HeraldPlugin),
      'HERALD_PLUGIN_INSTALL',
      'one could not be installed',
    ],
    [
      'a class without tokens',
      () =>
        installed(
          plugin('one', (registrar) =>
            registrar.provide(OTHER, {
              class: class Bare {
                constructor(readonly name: string) {}
              },
            }),
          ),
        ),
      'HERALD_PLUGIN_INSTALL',
      'one could not be installed: Bare: constructor parameter 0 has no @inject',
    ],
    [
      'what nobody provides',
      () => installed(plugin('one', undefined, [NAME, PART])).checkRequirements(),
      'HERALD_PLUGIN_REQUIRES',
      'one needs test/name, test/part, which no plugin of this host provides',
    ],
    [
      'a factory that throws',
      () =>
        installed(
          plugin('one', (registrar) =>
            registrar.provide(NAME, {
              factory: () => {
                throw new Error('no');
              },
            }),
          ),
        ).build(),
      'HERALD_PLUGIN_CONSTRUCT',
      'one: test/name could not be constructed: no',
    ],
    [
      'the plugin that failed, not the one that asked for it',
      () =>
        installed(
          plugin('asks', (registrar) =>
            registrar.provide(OTHER, { factory: ({ get }) => ({ name: get(NAME) }) }),
          ),
          plugin('fails', (registrar) =>
            registrar.provide(NAME, {
              factory: () => {
                throw new Error('no');
              },
            }),
          ),
        ).build(),
      'HERALD_PLUGIN_CONSTRUCT',
      'fails: test/name could not be constructed: no',
    ],
    [
      'a cycle',
      () =>
        installed(
          plugin('one', (registrar) => registrar.provide(OTHER, { factory: ({ get }) => get(OTHER) })),
        ).build(),
      'HERALD_PLUGIN_CYCLE',
      'test/other needs test/other',
    ],
  ])('names %s', (_, act, code, message) => {
    expect(act).toThrow(failure(code, message));
  });

  it('names a plugin that registers later than it may', () => {
    let kept: PluginRegistrar | undefined;
    const installation = installed(
      plugin('late', (registrar) => {
        kept = registrar;
      }),
    );
    expect(() => kept?.provide(NAME, { value: 'x' })).toThrow(
      failure('HERALD_PLUGIN_LATE', 'late registers test/name after install'),
    );
    expect(installation.isProvided(NAME)).toBe(false);
  });

  it('takes its requirements in any order', () => {
    const needy = plugin('needy', undefined, [NAME]);
    expect(() => installed(needy, providesName('one')).checkRequirements()).not.toThrow();
  });

  it('builds each once, however many ask, and tells who brought it', () => {
    let made = 0;
    @injectable()
    class Part {
      constructor(@inject(OTHER) readonly other: object) {}
    }
    const installation = installed(
      plugin('parts', (registrar) => {
        registrar.contribute(PART, { class: Part });
        registrar.contribute(PART, { value: { model: 'virtio-net' } });
        registrar.contribute(PART, { value: Object.create(null) as object });
      }),
      plugin('other', (registrar) =>
        registrar.provide(OTHER, { factory: () => ({ name: `other-${++made}` }) }),
      ),
      providesName('name'),
    );
    const built = installation.build();
    expect(built.map((each) => each.plugin)).toEqual(['parts', 'parts', 'parts', 'other', 'name']);
    expect(made).toBe(1);
    built[0]?.started(12);
    expect(installation.get(OTHER)).toBe(built[3]?.value);
    expect(installation.find(token('test/none'))).toBeUndefined();
    const describe_ = installation
      .describe()
      .flatMap(({ plugin: by, registrations }) =>
        registrations.map((each) => [by, each.token, each.cardinality, each.implementation, each.startMs]),
      );
    expect(describe_).toEqual([
      ['parts', 'test/part', 'many', 'Part', 12],
      ['parts', 'test/part', 'many', 'virtio-net', undefined],
      ['parts', 'test/part', 'many', 'object', undefined],
      ['other', 'test/other', 'one', 'other-1', undefined],
      ['name', 'test/name', 'one', 'string', undefined],
    ]);
  });
});
