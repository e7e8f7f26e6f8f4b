import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { agentSettings, type RunFlags } from '../config/agent-settings.js';
import { LivePolicy } from '../config/live-policy.js';
import { loadConfig } from '../config/load-config.js';
import { ConfigReload } from './config-reload.js';

vi.mock('../plugins/found-here.js', () => ({ foundHere: () => ({}) }));

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'nic-herald-reload-')), 'herald.yaml');
});
afterEach(() => rm(join(path, '..'), { recursive: true }));

const START = 'host: A\nmaxStations: 10\nhandoff: { directory: /a }\nguests: { web: { mode: observe } }\n';

/** An agent that was started with this file, and what it logs. */
const running = async (yaml = START, flags: Partial<RunFlags> = {}) => {
  await writeFile(path, yaml);
  const all: RunFlags = { qmp: [], config: path, ...flags };
  const file = await loadConfig(path);
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const policy = new LivePolicy(agentSettings(all, file.config).rules);
  let changes = 0;
  policy.onChanged(() => {
    changes += 1;
  });
  const moments: string[] = [];
  const reload = new ConfigReload(
    { flags: all, file, policy, logger },
    { began: () => moments.push('began'), ended: () => moments.push('ended') },
  );
  const read = async (text: string): Promise<Record<string, unknown> | undefined> => {
    await writeFile(path, text);
    reload.request();
    await reload.settled();
    return lines.at(-1);
  };
  return { reload, read, policy, lines, logger, moments, changes: () => changes };
};

describe('reading herald.yaml anew', () => {
  it.each([
    ['no YAML', 'a: [', 'HERALD_CONFIG_INVALID', /herald\.yaml:\d+: not YAML/],
    [
      'a value out of range',
      'host: A\nmaxStations: 0\n',
      'HERALD_CONFIG_INVALID',
      /herald\.yaml:2: maxStations/,
    ],
    [
      'two problems',
      'maxStations: 0\ntrust: all\n',
      'HERALD_CONFIG_INVALID',
      /herald\.yaml:1: maxStations.*\(and 1 more problems\)/,
    ],
    [
      'a plugin left out that is none',
      "plugins: [{ use: '@nic-herald/nothing', enabled: false }]\n",
      'HERALD_CONFIG_INVALID',
      /herald\.yaml:1: plugins\.0/,
    ],
  ])('takes nothing of a file with %s', async (_, yaml, code, message) => {
    const { read, policy, changes, moments } = await running();
    expect(await read(yaml)).toMatchObject({
      level: 50,
      event: 'config:refused',
      code,
      msg: expect.stringMatching(message) as string,
    });
    expect(policy.forGuest({ name: 'web' }).maxStations).toBe(10);
    expect(changes()).toBe(0);
    expect(moments).toEqual(['began', 'ended']);
  });

  it('takes nothing of a file that is gone', async () => {
    const { reload, lines, policy } = await running();
    await rm(path);
    reload.request();
    await reload.settled();
    expect(lines).toMatchObject([{ code: 'HERALD_CONFIG_UNREADABLE' }]);
    expect(policy.forGuest({ name: 'web' }).mode).toBe('observe');
  });

  it('takes no rules where the policy is a plugin’s', async () => {
    const { reload, read } = await running('host: A\n');
    reload.ready({ kinds: ['rarp'], policyOf: 'acme-policy' });
    expect(await read('host: A\nmaxStations: 5\n')).toMatchObject({
      code: 'HERALD_CONFIG_INVALID',
      msg: expect.stringContaining('acme-policy') as string,
    });
  });

  it('says so where there is none', async () => {
    const { reload, lines, moments } = await running(START, { config: undefined as never });
    reload.request();
    await reload.settled();
    expect(lines).toMatchObject([{ msg: expect.stringContaining('without --config') as string }]);
    expect(moments).toEqual([]);
  });

  it('takes rules, pacing, guests, kinds and the log level', async () => {
    const { read, policy, logger, changes } = await running();
    const line = await read(
      'host: A\nmaxStations: 20\nhandoff: { directory: /a }\nguests: { db: { mode: observe } }\n' +
        'announce: { kinds: [rarp], pacing: { framesPerSecond: 500 } }\nlog: { level: debug }\n',
    );
    expect(line).toMatchObject({
      event: 'config:reloaded',
      changed: expect.arrayContaining([
        ...['maxStations', 'announce.pacing.framesPerSecond', 'announce.kinds'],
        ...['guests.web.mode', 'guests.db.mode', 'log.level'],
      ]) as string[],
    });
    expect(line).not.toHaveProperty('needsRestart');
    expect(policy.forGuest({ name: 'web' })).toMatchObject({ maxStations: 20 });
    expect(policy.forGuest({ name: 'web' }).mode).toBeUndefined();
    expect(policy.forGuest({ name: 'db' }).mode).toBe('observe');
    expect(policy.pacing.framesPerSecond).toBe(500);
    expect(logger.level).toBe('debug');
    expect(changes()).toBe(1);
  });

  it('says what only a restart takes, each time, with what it was and is; secrets of plugins are not shown', async () => {
    const { read } = await running();
    const changed = `${START.replace('/a', '/b')}plugins: [{ use: ./acme.mjs, with: { token: geheim } }]\n`;
    for (let times = 0; times < 2; times += 1) {
      const line = await read(changed);
      expect(line).toMatchObject({ needsRestart: ['handoff.directory', 'plugins'] });
      expect(line?.['msg']).toContain('handoff.directory ("/a", now "/b")');
      expect(line?.['msg']).toContain('plugins (nothing, now a list of 1)');
      expect(line?.['msg']).not.toContain('geheim');
    }
  });

  it('says nothing of what a flag says', async () => {
    const { read } = await running(START, { handoffDir: '/flag', host: 'F' });
    expect(await read(START.replace('/a', '/b').replace('host: A', 'host: B'))).not.toHaveProperty(
      'needsRestart',
    );
  });

  it('keeps --observe', async () => {
    const { read, policy } = await running(START, { observe: true });
    await read('mode: announce\nmaxStations: 3\n');
    expect(policy.forGuest({ name: 'web' })).toMatchObject({ mode: 'observe', maxStations: 3 });
  });

  it('warns of kinds that nothing here can send', async () => {
    const { reload, read } = await running();
    reload.ready({ kinds: ['rarp'], policyOf: undefined });
    expect(await read('announce: { kinds: [rapr] }\n')).toMatchObject({
      code: 'HERALD_KIND_UNKNOWN',
      kind: 'rapr',
    });
  });

  it('reads once more what was asked for while it read, and no more', async () => {
    const { reload, lines, moments } = await running();
    for (let times = 0; times < 5; times += 1) reload.request();
    await reload.settled();
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(moments.slice(0, 2)).toEqual(['began', 'ended']);
  });
});
