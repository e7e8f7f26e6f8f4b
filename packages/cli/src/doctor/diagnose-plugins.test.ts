import type { Finding, HeraldPlugin } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import type { PluginChoice } from '../plugins/plugin-choice.js';
import { diagnosePlugins } from './diagnose-plugins.js';

/** A plugin as if it came with nic-herald, so that it needs no file. */
const choiceOf = (name: string, load: () => Promise<object>): PluginChoice => ({
  use: name,
  builtIn: { name, load, sources: [], neededFor: 'agent' },
  because: 'always',
  given: undefined,
  placeOf: () => name,
});

const saying = (name: string, diagnose?: HeraldPlugin['diagnose']): PluginChoice =>
  choiceOf(name, async () => ({
    plugin: () => ({ name, contract: 2, install: () => {}, ...(diagnose === undefined ? {} : { diagnose }) }),
  }));

const sound: readonly Finding[] = [
  { level: 'ok', what: 'all is well' },
  { level: 'problem', what: 'no', advice: 'do', code: 'HERALD_TEST' },
];
const good = saying('@nic-herald/good', async () => sound);

describe('a plugin that does not diagnose as it should', () => {
  it.each<[string, PluginChoice, string, string]>([
    [
      'throws',
      saying('bad', () => {
        throw new TypeError('oh');
      }),
      'HERALD_PLUGIN_DIAGNOSE',
      'its diagnosis failed: oh',
    ],
    [
      'rejects with a cause',
      saying('bad', () =>
        Promise.reject(Object.assign(new Error('oh', { cause: new Error('why') }), { code: 'HERALD_BAD' })),
      ),
      'HERALD_BAD',
      'its diagnosis failed: oh: why',
    ],
    ['never answers', saying('bad', () => new Promise(() => {})), 'HERALD_TIMEOUT', 'longer than 50 ms'],
    [
      'gives no list',
      saying('bad', async () => 7 as never),
      'HERALD_PLUGIN_DIAGNOSE',
      'gave no list of findings',
    ],
    [
      'has a level of its own',
      saying('bad', async () => [{ level: 'dire', what: 'x' }] as never),
      'HERALD_PLUGIN_DIAGNOSE',
      'gave no list of findings',
    ],
    [
      'gives a code of nobody',
      saying('bad', async () => [{ level: 'ok', what: 'x', code: 'EPERM' }] as never),
      'HERALD_PLUGIN_DIAGNOSE',
      'gave no list of findings',
    ],
    [
      'gives too many',
      saying('bad', async () => Array.from({ length: 2000 }, () => sound[0]) as never),
      'HERALD_PLUGIN_DIAGNOSE',
      'gave no list of findings',
    ],
    [
      'throws while it is read',
      saying(
        'bad',
        async () =>
          [
            {
              get level() {
                throw new Error('trap');
              },
            },
          ] as never,
      ),
      'HERALD_PLUGIN_DIAGNOSE',
      'its diagnosis failed: trap',
    ],
    [
      'cannot be loaded',
      choiceOf('bad', () => Promise.reject(new Error('gone'))),
      'HERALD_PLUGIN_LOAD',
      'could not be loaded: gone',
    ],
    ['exports nothing', choiceOf('bad', async () => ({})), 'HERALD_PLUGIN_EXPORT', 'exports no function'],
  ])('and %s is a problem that names it; the others are heard', async (_, bad, code, what) => {
    const { findings } = await diagnosePlugins([bad, good], { deadlineMs: 50 });
    expect(findings).toEqual([
      { subject: 'bad', level: 'problem', code, what: expect.stringContaining(what) as string },
      { subject: 'good', ...sound[0] },
      { subject: 'good', ...sound[1] },
    ]);
  });

  it('is told to stop at its deadline', async () => {
    let aborted = false;
    const slow = saying(
      'slow',
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          });
        }),
    );
    const { findings } = await diagnosePlugins([slow], { deadlineMs: 20 });
    expect(findings).toMatchObject([{ code: 'HERALD_TIMEOUT' }]);
    expect(aborted).toBe(true);
  });

  it('writes a book, and is cut short', async () => {
    const { findings } = await diagnosePlugins(
      [saying('x', async () => [{ level: 'ok', what: 'a'.repeat(1e5) }])],
      undefined,
    );
    expect(findings[0]?.what).toHaveLength(2000);
  });
});

it('what has no diagnosis says nothing; what was loaded is given only where all was', async () => {
  const { findings, loaded } = await diagnosePlugins([saying('quiet'), good]);
  expect(findings.map(({ subject }) => subject)).toEqual(['good', 'good']);
  expect(loaded).toHaveLength(2);
  expect(await diagnosePlugins([choiceOf('bad', async () => ({})), good])).not.toHaveProperty('loaded');
});
