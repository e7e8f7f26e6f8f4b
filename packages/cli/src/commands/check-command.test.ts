import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ran } from '../../test/captured-io.js';

vi.mock('../plugins/found-here.js', () => ({ foundHere: () => ({}) }));

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-check-'));
  path = join(folder, 'herald.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

const check = async (yaml: string, ...argv: readonly string[]) => {
  await writeFile(path, yaml);
  const { status, out, err } = await ran(['check', path, ...argv]);
  return { status, out: out.replaceAll(path, 'herald.yaml'), err };
};

const OTHERS = `plugins:
  - { use: '@nic-herald/learner-linux', with: { capacity: 7 } }
  - use: ./acme.mjs
    with: { speed: fast }
`;

describe('nic-herald check', () => {
  it('tells faults in the order of the file', async () => {
    const { out } = await check('hots: A\nmode: obsrve\n');
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'herald.yaml:1:1:',
      'herald.yaml:2:1:',
      '2',
      '',
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    ['no YAML', 'a: [\n', ['herald.yaml:2:1: not YAML']],
    [
      'every field that is wrong',
      'host: A\nannounce:\n  rounds: 5000\n  presett: x\ntrust: all\n',
      [
        'herald.yaml:3:3: announce.rounds: must be a whole number from 0 to 1000, got 5000 (HERALD_CONFIG_INVALID)',
        "herald.yaml:4:3: announce: unknown key 'presett'; did you mean 'preset'? (HERALD_CONFIG_INVALID)",
        'herald.yaml:5:1: trust: must be one of',
        '3 faults in herald.yaml',
      ],
    ],
    [
      'options of each plugin',
      OTHERS,
      [
        'herald.yaml:2:5: plugins.0.with.capacity: must be a whole number from 256 to 65536, got 7',
        'herald.yaml:3:5: plugins.1: there is no',
      ],
    ],
    [
      'an entry that leaves out what there is not',
      "plugins:\n  - { use: '@nic-herald/nothing', enabled: false }\n",
      ['herald.yaml:2:5: plugins.0'],
    ],
  ])('tells %s with line and column', async (_, yaml, lines) => {
    const { status, out, err } = await check(yaml);
    expect([status, err]).toEqual([2, '']);
    for (const line of lines) expect(out).toContain(line);
    expect((await check(yaml, '--json')).status).toBe(2);
  });

  it('tells rules that another policy would refuse', async () => {
    await writeFile(
      join(folder, 'policy.mjs'),
      `export const plugin = () => ({ name: 'acme-policy', contract: 2, install: (registrar) =>
         registrar.provide(Symbol.for('nic-herald/core/announce-policy@1'), { value: { forGuest: () => ({}) } }) });`,
    );
    const { status, out } = await check('maxStations: 5\nplugins: [./policy.mjs]\n');
    expect(status).toBe(2);
    expect(out).toContain('acme-policy');
  });

  it('notes a kind that nothing sends, with which an agent starts all the same', async () => {
    const { status, out } = await check('announce: { kinds: [rapr] }\n');
    expect(status).toBe(0);
    expect(out).toMatch(/^herald\.yaml: note: herald\.yaml names the kind 'rapr'.*\(HERALD_KIND_UNKNOWN\)$/m);
  });

  it('says so where there is none, also as JSON', async () => {
    expect(await check('host: A\n')).toEqual({ status: 0, out: 'herald.yaml: no problem found\n', err: '' });
    const { out } = await check('host: A\n', '--json');
    expect(JSON.parse(out)).toEqual({ file: 'herald.yaml', ok: true, faults: [] });
    const { out: faulty } = await check('trust: 7\n', '--json');
    expect(JSON.parse(faulty)).toMatchObject({
      ok: false,
      faults: [{ level: 'problem', code: 'HERALD_CONFIG_INVALID', line: 1, column: 1 }],
    });
  });

  it('fails where the file cannot be read', async () => {
    const { status, err } = await ran(['check', path]);
    expect(status).toBe(2);
    expect(err).toContain('HERALD_CONFIG_UNREADABLE');
  });
});
