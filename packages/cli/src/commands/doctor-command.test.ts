import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capturedIo } from '../../test/captured-io.js';
import type { SubjectFinding } from '../doctor/subject-finding.js';
import { EXIT } from '../exit-code.js';
import { doctorCommand } from './doctor-command.js';

// a libvirt of the machine that runs the tests is none of theirs
vi.mock('../plugins/found-here.js', () => ({ foundHere: () => ({}) }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-doctor-'));
  await writeFile(
    join(folder, 'monitor.mjs'),
    `export const plugin = () => ({ name: 'acme-monitor', contract: 2,
       diagnose: async () => [{ level: 'problem', what: 'the hypervisor sleeps', advice: 'wake it' }],
       install: (registrar) => registrar.contribute(Symbol.for('nic-herald/core/guest-monitor[]@1'), { value: { name: 'acme' } }) });`,
  );
  await writeFile(
    join(folder, 'sink.mjs'),
    `export const plugin = () => ({ name: 'acme-sink', contract: 2,
       install: (registrar) => registrar.contribute(Symbol.for('nic-herald/core/frame-sink[]@1'), { value: { name: 'acme' } }) });`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const OUT = ['sink-linux', 'learner-linux'];
/** No plugin that needs privileges, and what a case adds. */
const yamlOf = (...lines: readonly string[]): string => {
  const entries = OUT.map((name) => `  - { use: '@nic-herald/${name}', enabled: false }`);
  return `plugins:\n${entries.join('\n')}\n${lines.join('\n')}\n`;
};

const doctor = async (yaml: string, json = true) => {
  const config = join(folder, 'herald.yaml');
  await writeFile(config, yaml);
  const { io, out } = capturedIo({ env: { XDG_RUNTIME_DIR: folder } });
  const status = await doctorCommand({ config, json }, io);
  return { status, text: out() };
};

const examine = async (yaml: string) => {
  const { status, text } = await doctor(yaml);
  const findings = JSON.parse(text) as readonly SubjectFinding[];
  const of = (subject: string) => findings.filter((each) => each.subject === subject);
  return {
    status,
    of,
    problems: findings.filter(({ level }) => level === 'problem').map(({ subject }) => subject),
  };
};

describe('nic-herald doctor --config', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['reports go to a file', ['reports: { directory: monitor.mjs }'], ['reports']],
    ['the hand-off is a file', ['handoff: { directory: monitor.mjs }'], ['handoff-directory']],
    ['a socket is none', [`monitors: { qemu: { sockets: [monitor.mjs] } }`], ['monitor-qemu']],
    ['a plugin has a problem', ['  - ./monitor.mjs'], ['./monitor.mjs']],
    ['a plugin is not there', ['  - acme-nobody'], ['acme-nobody']],
    [
      'options are wrong',
      [`  - { use: '@nic-herald/monitor-qemu', with: { sockets: 7 } }`],
      ['monitor-qemu'],
    ],
    ['two plugins do not fit together', ['  - ./sink.mjs', '  - { use: ./sink.mjs }'], ['plugins']],
  ])('finds that %s, and fails', async (_, lines, problems) => {
    const found = await examine(yamlOf(...lines));
    expect(found.problems).toEqual(problems);
    expect(found.status).toBe(EXIT.failure);
  });

  it('refuses a herald.yaml that is wrong', async () => {
    await expect(doctor('trusted: all')).rejects.toMatchObject({ code: 'HERALD_CONFIG_INVALID' });
    await expect(doctor(`plugins: [{ use: '@nic-herald/sink-linx', enabled: false }]`)).rejects.toMatchObject(
      { code: 'HERALD_CONFIG_INVALID' },
    );
  });

  it('is content with sockets and reports that are to come, and says what is left out', async () => {
    await mkdir(join(folder, 'h'));
    const { status, of } = await examine(
      yamlOf(
        'monitors: { qemu: { sockets: [later.qmp] } }',
        'handoff: { directory: h }',
        'reports: { directory: r }',
      ),
    );
    expect(status).toBe(EXIT.ok);
    expect(of('monitor-qemu')).toMatchObject([
      { level: 'note', what: expect.stringContaining(`${folder}/later.qmp`) as string },
    ]);
    expect(of('handoff-directory')[0]).toMatchObject({
      level: 'ok',
      what: expect.stringContaining(`${folder}/h`) as string,
    });
    expect(of('reports')).toMatchObject([
      { level: 'note', what: expect.stringContaining(`${folder}/r`) as string },
    ]);
    expect(of('sink-linux')).toMatchObject([
      { level: 'note', what: expect.stringContaining('left out by plugins.0') as string },
    ]);
    expect(of('plugins').map(({ level, what }) => [level, what])).toEqual([
      ['ok', expect.stringContaining('fit together') as string],
      ['note', expect.stringContaining('no plugin brings a sink') as string],
      ['note', expect.stringContaining('no plugin learns') as string],
    ]);
  });

  it('finds the agent at the control socket that herald.yaml names', async () => {
    const yaml = yamlOf('control: { socket: named.sock }');
    const named = join(folder, 'named.sock');
    expect((await examine(yaml)).of('agents')).toMatchObject([
      { what: `none answers in ${folder}/nic-herald, or at ${named}` },
    ]);
    const agent = createServer().listen(named);
    await once(agent, 'listening');
    expect((await examine(yaml)).of('agents')).toMatchObject([{ what: named }]);
    agent.close();
  });

  it('tells a person the same', async () => {
    const { text } = await doctor(yamlOf('reports: { directory: monitor.mjs }'), false);
    expect(text).toMatch(/^no {2}reports +.*monitor.mjs cannot be written to/m);
    expect(text).toContain('nic-herald cannot do all its work here: see reports.\n');
  });
});
