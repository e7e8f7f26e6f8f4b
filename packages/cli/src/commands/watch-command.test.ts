import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlledHost, ControlServer } from '@nic-herald/control';
import { type HeraldPlugin, HOST_SERVICE, type MigrationReport, PLUGIN_CONTRACT } from '@nic-herald/core';
import { IsolatingEventBus, type MigrationLine, proofOf } from '@nic-herald/core/internal';
import { FakeClock, loadRecording } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capturedIo, ran } from '../../test/captured-io.js';
import { playedProof } from '../../test/played-proof.js';
import { servedControl } from '../../test/served-control.js';
import { migrateRecording } from '../demo/migrate-recording.js';
import { watchCommand } from './watch-command.js';

let runtime: string;
let sockets: string;
let env: Readonly<Record<string, string>>;
beforeEach(async () => {
  runtime = await mkdtemp(join(tmpdir(), 'nic-herald-watching-'));
  sockets = join(runtime, 'nic-herald');
  env = { XDG_RUNTIME_DIR: runtime };
});
afterEach(() => rm(runtime, { recursive: true }));

const agent = (name: string) => {
  const bus = new IsolatingEventBus();
  const host = { name, bus, guests: () => [], describe: () => ({ host: name, plugins: [] }) };
  const listen = () =>
    ControlServer.listen(join(sockets, `${name}.sock`), host as unknown as ControlledHost, {
      clock: new FakeClock(),
    });
  return { bus, listen };
};
const web = { identity: { name: 'web' }, instance: 'web#1' } as never;

describe('nic-herald watch', () => {
  it.each([
    ['no agent runs', [], `no agent of this user answers`],
    ['none is called so', ['--host', 'C'], 'no agent of this user called C answers'],
    [
      'none is at the socket',
      ['--control', '/run/nowhere.sock'],
      'the agent at /run/nowhere.sock does not answer',
    ],
  ])('fails where %s', async (_, words, problem) => {
    const server = await agent('B').listen();
    if (words.length === 0) await server.close();
    const { status, err, out } = await ran(['watch', ...words], { env });
    await server.close();
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(problem);
  });

  it('fails where too many watch', async () => {
    const server = await agent('B').listen();
    const others = Array.from({ length: 8 }, () => {
      const socket = connect(join(sockets, 'B.sock'));
      socket.write('GET /watch HTTP/1.1\r\nhost: x\r\n\r\n');
      return socket;
    });
    await Promise.all(others.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
    const { status, err } = await ran(['watch'], { env });
    for (const socket of others) socket.destroy();
    await server.close();
    expect(status).toBe(1);
    expect(err).toMatch(/^nic-herald: 8 watch the agent of B already.*\(HERALD_WATCH_FULL\)\n$/);
  });

  it('ends well where it is asked to end', async () => {
    const server = await agent('B').listen();
    let stop = (_: NodeJS.Signals): void => {};
    const { io, out, err } = capturedIo({
      env,
      untilStopped: () =>
        new Promise((resolve) => {
          stop = resolve;
        }),
    });
    const status = watchCommand({}, { json: false }, io);
    await expect.poll(out).toMatch(/^watching B\n/);
    stop('SIGINT');
    expect(await status).toBe(0);
    expect(err()).toBe('');
    await server.close();
  });

  it('goes on with the agents that are left, and fails when the last is gone', async () => {
    const [a, b] = [agent('A'), agent('B')];
    const servers = [await a.listen(), await b.listen()];
    const { io, out, err } = capturedIo({ env });
    const status = watchCommand({}, { json: false }, io);
    await expect.poll(out).toMatch(/watching A\n[\s\S]*watching B\n|watching B\n[\s\S]*watching A\n/);
    await servers[0]?.close();
    await expect
      .poll(err)
      .toContain(`the agent at ${join(sockets, 'A.sock')} ended (HERALD_CONTROL_FAILED)\n`);
    b.bus.emit('guest:gone', { guest: web });
    await expect.poll(out).toMatch(/\nweb on B\n {2}[\d:.]{12} {2}gone\n$/);
    await servers[1]?.close();
    expect(await status).toBe(1);
    expect(err()).toContain(`the agent at ${join(sockets, 'B.sock')} ended (HERALD_CONTROL_FAILED)\n`);
  });

  it.each([
    [['--host', 'B'], 'B'],
    [['web', '--host', 'A'], 'A'],
  ])('asks only the agent that is meant: %s', async (words, host) => {
    const [a, b] = [agent('A'), agent('B')];
    const servers = [await a.listen(), await b.listen()];
    const { io, out } = capturedIo({ env });
    const { run } = await import('../run.js');
    const status = run(['watch', '--json', ...words], io);
    await expect.poll(out).toContain('"watching"');
    for (const server of servers) await server.close();
    expect(await status).toBe(1);
    expect(out()).toMatch(new RegExp(`^{"fact":"watching","at":\\d+,"host":"${host}","proof":false}\\n$`));
  });
});

describe('nic-herald watch beside a migration', () => {
  /** Plays a migration, and what is watched of its two agents from before it begins. */
  const watched = async (words: readonly string[], plugins: readonly HeraldPlugin[]) => {
    const { io, out, err } = capturedIo({ env });
    let started = 0;
    let status: Promise<number> | undefined;
    const begin: HeraldPlugin = {
      name: 'begin',
      contract: PLUGIN_CONTRACT,
      install: (registrar) =>
        registrar.contribute(HOST_SERVICE, {
          factory: () => ({
            start: async () => {
              started += 1;
              if (started < 2) return;
              const { run } = await import('../run.js');
              // the other service of this host may not listen yet
              await expect.poll(() => answers(join(sockets, 'B.sock'))).toBe(true);
              status = run(['watch', ...words], io);
              const agents = words.includes('--host') ? 1 : 2;
              await expect.poll(() => out().match(/watching/g)?.length).toBe(agents);
            },
          }),
        }),
    };
    const all = [servedControl(sockets), begin, ...plugins];
    const { reports } = await migrateRecording(loadRecording('e1000-vlan'), 'nic-herald', {
      plugins: all,
    });
    return { status: await status, out: out(), err: err(), reports };
  };
  const answers = (path: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(path);
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  it('shows each station that is back, with the numbers of the report', async () => {
    const { status, out, err } = await watched(['--host', 'B'], [playedProof({ missing: 1 })]);
    const [, ...rest] = out.replaceAll(/\d\d(:\d\d){2}\.\d{3}/g, 'HH:MM:SS.mmm').split(/(?=\n\n)/);
    expect(rest.join('')).toBe(`

rigvm on B
  HH:MM:SS.mmm  awaited
  HH:MM:SS.mmm  armed: 1 frame lies ready
  HH:MM:SS.mmm  armed: 5 frames lie ready
  HH:MM:SS.mmm  its migration comes in
  HH:MM:SS.mmm  resumed
  HH:MM:SS.mmm  announced, from A: 1 NIC, 5 stations; 0.0 ms after RESUME, by the agent
      station                       NIC, port              back after  proved by
    ● 52:54:00:00:00:01             nic0 tapB                  1.0 ms  traffic, witness, local
    ● 52:54:00:00:00:01  VLAN 10    nic0 tapB                  2.0 ms  traffic, witness, local
    ● 52:54:00:00:00:01  VLAN 20    nic0 tapB                  3.0 ms  traffic, witness, local
    ● 52:54:00:00:00:01  VLAN 300   nic0 tapB                  4.0 ms  traffic, witness, local
    ○ 52:54:00:00:00:01  VLAN 4000  nic0 tapB                not seen  traffic quiet, witness silent
  HH:MM:SS.mmm  partly: 4 of 5 stations seen to be back, the last one 4.0 ms after RESUME
                A, which the guest left, says nothing: does nic-herald run there?
`);
    expect(status).toBe(1);
    expect(err).toBe(`nic-herald: the agent at ${join(sockets, 'B.sock')} ended (HERALD_CONTROL_FAILED)\n`);
  });

  it('shows the announcement where proof is off, and says so once for each agent', async () => {
    const { out } = await watched([], []);
    expect(out.match(/proof is off/g)?.length).toBe(2);
    expect(out).toMatch(/ {2}announced, from A: 1 NIC, \d+ stations; /);
    expect(out).not.toContain('●');
  });

  it('gives the lines as they are', async () => {
    const { out, reports } = await watched(['--json'], [playedProof()]);
    const lines = out
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text) as MigrationLine);
    const atB = lines.filter((line) => line.host === 'B' && line.fact !== 'armed').map(({ fact }) => fact);
    expect(atB).toEqual(['watching', 'awaited', 'incoming', 'resumed', 'announced', 'proof', 'proof']);
    const last = lines.findLast((line) => line.fact === 'proof');
    const report = reports.find(({ cause }) => cause === 'migration') as MigrationReport;
    expect(last).toMatchObject({ id: report.id, resumedAt: report.resumedAt, proof: { verdict: 'proved' } });
    expect(proofOf(report)?.stations).toBe(last?.proof.stations);
  });
});
