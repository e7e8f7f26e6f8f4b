import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlledHost, ControlServer, controlPath } from '@nic-herald/control';
import type { AnnounceMode, Guest, MigrationReport } from '@nic-herald/core';
import type { AnnounceOutcome } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capturedIo } from '../../test/captured-io.js';
import { EXIT } from '../exit-code.js';
import { announceCommand } from './announce-command.js';

const mac = MacAddress.of('52:54:00:00:00:01');
const announced = [{ kind: 'rarp', station: { mac }, evidence: 'primary' }] as const;
const guest = {
  instance: '/run/web.qmp#1',
  identity: { name: 'web' },
  hypervisor: { name: 'QEMU', version: '9' },
};

const reportOf = (outcome: AnnounceOutcome, mode: AnnounceMode): MigrationReport => ({
  format: 1,
  revision: 1,
  guest: guest.identity,
  host: 'B',
  epoch: 4,
  cause: 'manual',
  ...(mode === 'observe' ? { mode } : {}),
  outcome,
  snapshots: [],
  rounds: [{ round: 1, startedAt: 1, finishedAt: 2, frames: 1, accepted: mode === 'observe' ? 0 : 1 }],
  nics: [
    {
      nic: 'nic0',
      model: 'e1000',
      port: 'tap0',
      sink: 'linux-tap',
      source: 'live',
      announced,
      added: [],
      withdrawn: [],
      refused: [],
      incomplete: [],
    },
  ],
  warnings: [],
});

let directory: string;
let server: ControlServer | undefined;
let asked: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-announce-'));
  asked = 0;
});
afterEach(async () => {
  await server?.close();
  await rm(directory, { recursive: true });
});

/** What is printed, and the exit status, where the agent answers so. */
const announce = async (
  outcome: AnnounceOutcome,
  mode: AnnounceMode,
  {
    dryRun = false,
    json = false,
    over = {},
  }: { dryRun?: boolean; json?: boolean; over?: Partial<MigrationReport> } = {},
) => {
  const { io, out } = capturedIo({ env: { XDG_RUNTIME_DIR: directory } });
  const plan = { model: 'e1000', source: 'live', announcements: announced, refusals: [], incomplete: [] };
  server = await ControlServer.listen(
    controlPath('B', io),
    {
      name: 'B',
      guests: () => [guest as Guest],
      inspect: () =>
        Promise.resolve({
          guest: guest.identity,
          mode,
          nics: [{ nic: { id: 'nic0', type: 'e1000' }, plan }],
        }),
      announce: () => {
        asked += 1;
        return Promise.resolve({ ...reportOf(outcome, mode), ...over });
      },
    } as unknown as ControlledHost,
    { clock: new FakeClock() },
  );
  const status = await announceCommand({ guest: 'web' }, { nics: [], timing: {}, dryRun, json }, io);
  return { status, printed: out() };
};

describe('nic-herald announce', () => {
  it.each<[AnnounceOutcome, AnnounceMode, number, string]>([
    [
      'observed',
      'observe',
      EXIT.failure,
      'web was not announced: it is only observed (mode: observe), and nothing was sent\n' +
        '  not sent    1 station, 1 round, 1 frame\n',
    ],
    ['superseded', 'observe', EXIT.failure, 'web was observed in part'],
    ['superseded', 'announce', EXIT.failure, 'web was announced in part'],
    ['failed', 'announce', EXIT.failure, 'web could not be announced'],
    ['nothing-to-announce', 'observe', EXIT.failure, 'web has nothing to announce'],
    [
      'nothing-to-announce',
      'announce',
      EXIT.failure,
      'web has nothing to announce: no frame was handed to a port\n',
    ],
    [
      'announced',
      'announce',
      EXIT.ok,
      'web was announced\n  sent        1 station, 1 round, 1 of 1 frame taken\n',
    ],
  ])(
    'of a guest that is %s under %s exits with its status and says so',
    async (outcome, mode, status, text) => {
      const done = await announce(outcome, mode);
      expect(done.status).toBe(status);
      expect(done.printed).toContain(text);
    },
  );

  it.each<AnnounceMode>(['observe', 'announce'])('--dry-run is the same under %s', async (mode) => {
    const { status, printed } = await announce('observed', mode, { dryRun: true });
    expect([status, asked]).toEqual([EXIT.ok, 0]);
    expect(printed).toContain('web: nothing was sent (--dry-run). This is what would be:');
  });

  const [nic] = reportOf('nothing-to-announce', 'announce').nics;
  const { port: _, sink: __, ...wayless } = { ...nic, announced: [] } as MigrationReport['nics'][number];
  const problem = { code: 'HERALD_NIC_NO_PORT', message: 'web: NIC nic0 has no port' } as const;
  const denied = { mac, evidence: 'primary', reason: 'denied' } as const;
  const nothing = { ...wayless, port: 'tap0', sink: 'linux-tap' };

  it.each<[string, MigrationReport['nics'], string, readonly { nic: string; why: string }[]]>([
    [
      'no NIC has a port',
      [
        { ...wayless, problem },
        { ...wayless, nic: 'nic1' },
      ],
      '  NIC nic0    model e1000, nothing could be sent: web: NIC nic0 has no port (HERALD_NIC_NO_PORT)\n' +
        '  NIC nic1    model e1000, nothing could be sent: it has no port\n',
      [
        { nic: 'nic0', why: 'web: NIC nic0 has no port (HERALD_NIC_NO_PORT)' },
        { nic: 'nic1', why: 'it has no port' },
      ],
    ],
    [
      'no sink takes the port',
      [{ ...wayless, port: 'tap0' }],
      'nothing could be sent: no sink can send through its port tap0\n',
      [{ nic: 'nic0', why: 'no sink can send through its port tap0' }],
    ],
    [
      'all of it is refused',
      [{ ...nothing, refused: [denied] }],
      '  refused     1 denied, the policy does not allow it: 52:54:00:00:00:01\n',
      [{ nic: 'nic0', why: 'all there was to announce for it was refused' }],
    ],
    [
      'there is nothing to announce',
      [nothing],
      'nothing a round through tap0 by linux-tap: there is nothing to announce\n',
      [{ nic: 'nic0', why: 'there is nothing to announce for it, or no round was to be sent (rounds: 0)' }],
    ],
    ['the guest has no NIC', [], '  NICs        none, so there is nothing to announce\n', []],
  ])('where %s fails and says why for each NIC, as JSON too', async (_case, nics, text, notSent) => {
    const over = { nics, rounds: [], warnings: [problem] };
    const read = await announce('nothing-to-announce', 'announce', { over });
    expect(read.status).toBe(EXIT.failure);
    expect(read.printed).toContain(text);
    expect(read.printed.match(/HERALD_NIC_NO_PORT/g)).toHaveLength(1);
    await server?.close();
    const json = await announce('nothing-to-announce', 'announce', { over, json: true });
    expect(json.status).toBe(EXIT.failure);
    expect(JSON.parse(json.printed)).toMatchObject({ outcome: 'nothing-to-announce', nics, notSent });
  });

  it('as JSON says so where the guest is only observed, and nothing of it where it was announced', async () => {
    const observed = await announce('observed', 'observe', { json: true });
    expect([observed.status, JSON.parse(observed.printed)]).toMatchObject([
      EXIT.failure,
      { notSent: [{ nic: 'nic0', why: 'the guest is only observed (mode: observe)' }] },
    ]);
    await server?.close();
    const sent = await announce('announced', 'announce', { json: true });
    expect([sent.status, JSON.parse(sent.printed)]).toMatchObject([EXIT.ok, { notSent: [] }]);
  });

  it('is done where one NIC has no port and frames went through another', async () => {
    const over = { nics: [nic, { ...wayless, nic: 'nic1', problem }] as MigrationReport['nics'] };
    const { status, printed } = await announce('announced', 'announce', { over });
    expect(status).toBe(EXIT.ok);
    expect(printed).toContain('NIC nic1    model e1000, nothing could be sent: web: NIC nic0 has no port');
  });

  it('--dry-run --json prints the plan', async () => {
    const { status, printed } = await announce('observed', 'announce', { dryRun: true, json: true });
    expect(status).toBe(EXIT.ok);
    expect(JSON.parse(printed)).toMatchObject({ nics: [{ nic: { id: 'nic0' }, plan: { model: 'e1000' } }] });
  });
});
