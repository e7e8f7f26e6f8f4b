import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlledHost, ControlServer, controlPath } from '@nic-herald/control';
import type { AnnounceMode, Guest, MigrationReport } from '@nic-herald/core';
import type { AnnounceOutcome } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
const announce = async (outcome: AnnounceOutcome, mode: AnnounceMode, dryRun = false) => {
  const printed: string[] = [];
  const io = {
    write: (text: string) => void printed.push(text),
    writeError: () => {},
    color: false,
    uid: 12345,
    env: { XDG_RUNTIME_DIR: directory },
    untilStopped: () => new Promise<string>(() => {}),
  };
  const plan = { model: 'e1000', source: 'live', announcements: announced, refusals: [], incomplete: [] };
  server = await ControlServer.listen(controlPath('B', io), {
    name: 'B',
    guests: () => [guest as Guest],
    inspect: () =>
      Promise.resolve({ guest: guest.identity, mode, nics: [{ nic: { id: 'nic0', type: 'e1000' }, plan }] }),
    announce: () => {
      asked += 1;
      return Promise.resolve(reportOf(outcome, mode));
    },
  } as unknown as ControlledHost);
  const status = await announceCommand({ guest: 'web' }, { nics: [], timing: {}, dryRun }, io);
  return { status, printed: printed.join('') };
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
    ['nothing-to-announce', 'observe', EXIT.ok, 'web has nothing to announce'],
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
    const { status, printed } = await announce('observed', mode, true);
    expect([status, asked]).toEqual([EXIT.ok, 0]);
    expect(printed).toContain('web: nothing was sent (--dry-run). This is what would be:');
  });
});
