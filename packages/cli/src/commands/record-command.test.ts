import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlledHost, ControlServer, controlPath } from '@nic-herald/control';
import { type CardRecording, type Guest, HeraldError, type RecordRequest } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capturedIo } from '../../test/captured-io.js';
import { EXIT } from '../exit-code.js';
import { type RecordOptions, recordCommand } from './record-command.js';

const guest = (name: string) => ({
  instance: `/run/${name}.qmp#1`,
  identity: { name },
  hypervisor: { name: 'QEMU', version: '9' },
});

const RECORDING: CardRecording = {
  format: 1,
  card: {
    type: 'rtl8139',
    id: 'nic0',
    primaryMac: '52:54:00:00:00:01',
    hypervisor: { name: 'QEMU', version: '9' },
    regions: [],
    memory: { 4: 1 },
  },
  model: 'primary-mac',
};

let directory: string;
let server: ControlServer | undefined;
let asked: RecordRequest[];
/** Happens while the card is read. */
let meanwhile: (() => Promise<void>) | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-record-'));
  asked = [];
  meanwhile = undefined;
});
afterEach(async () => {
  await server?.close();
  await rm(directory, { recursive: true });
});

/** What is printed where the agent answers so, of which a `HeraldError` is refused. */
const record = async (
  answer: CardRecording | HeraldError,
  given: Partial<RecordOptions> = {},
  name: string | undefined = 'web',
  guests: readonly string[] = ['web', 'db'],
) => {
  const { io, out: printed, err: errors } = capturedIo({ env: { XDG_RUNTIME_DIR: directory } });
  server = await ControlServer.listen(
    controlPath('B', io),
    {
      name: 'B',
      guests: () => guests.map((each) => guest(each) as Guest),
      record: async (_: Guest, request: RecordRequest) => {
        asked.push(request);
        await meanwhile?.();
        if (answer instanceof HeraldError) throw answer;
        return answer;
      },
    } as unknown as ControlledHost,
    { clock: new FakeClock() },
  );
  const options: RecordOptions = { words: [], force: false, json: false, ...given };
  const status = await recordCommand(name === '' ? {} : { guest: name }, options, io);
  return { status, printed: printed(), errors: errors() };
};
const out = () => join(directory, 'card.json');

describe('nic-herald record', () => {
  it.each<[string, HeraldError, string]>([
    [
      'a NIC',
      new HeraldError('HERALD_NIC_UNKNOWN', 'web has no NIC eth7; it has nic0 (e1000)'),
      '--nic: web has no NIC eth7; it has nic0 (e1000)',
    ],
    [
      'one NIC of several',
      new HeraldError('HERALD_NIC_AMBIGUOUS', 'web has 2 NICs; name one of nic0 (e1000), nic1 (e1000)'),
      '--nic: web has 2 NICs; name one of nic0 (e1000), nic1 (e1000)',
    ],
    ['words', new HeraldError('HERALD_RECORD_WORDS', '0:0x40:1 is in no'), '--words: 0:0x40:1 is in no'],
    ['a guest', new HeraldError('HERALD_GUEST_NOT_RUNNING', 'web is paused'), 'web is paused'],
  ])('names the option where %s is refused, and writes nothing', async (_, error, message) => {
    await expect(record(error, { out: out() })).rejects.toMatchObject({ code: error.code, message });
    expect(await readdir(directory)).not.toContain('card.json');
  });

  it('never writes over a file, and reads no card for it', async () => {
    await writeFile(out(), 'precious');
    await expect(record(RECORDING, { out: out() })).rejects.toMatchObject({
      code: 'HERALD_USAGE',
      message: `--out: ${out()} is there already; give another file, or --force to replace it`,
    });
    expect(asked).toEqual([]);
    expect(await readFile(out(), 'utf8')).toBe('precious');
  });

  it('never writes over a file that came while the card was read', async () => {
    meanwhile = () => writeFile(out(), 'precious');
    await expect(record(RECORDING, { out: out() })).rejects.toMatchObject({ code: 'HERALD_USAGE' });
    expect(await readFile(out(), 'utf8')).toBe('precious');
  });

  it('says where a file cannot be written', async () => {
    const path = join(directory, 'nowhere', 'card.json');
    await expect(record(RECORDING, { out: path })).rejects.toMatchObject({
      code: 'HERALD_RECORD_FILE',
      message: `--out: ${path} cannot be written`,
    });
  });

  it('asks which guest where there are several', async () => {
    await expect(record(RECORDING, {}, '')).rejects.toMatchObject({ code: 'HERALD_USAGE' });
    expect(asked).toEqual([]);
  });

  it('prints the recording as JSON, and nothing else', async () => {
    const words = [{ bar: 0, offset: 4, count: 1 }];
    const { status, printed, errors } = await record(RECORDING, { nic: 'nic0', words });
    expect([status, JSON.parse(printed), errors]).toEqual([EXIT.ok, RECORDING, '']);
    expect(asked).toMatchObject([{ nic: 'nic0', words }]);
  });

  it('says as JSON what it wrote to a file, and no word besides', async () => {
    const { printed, errors } = await record(
      { ...RECORDING, problem: 'no words' },
      { out: out(), json: true },
    );
    expect(JSON.parse(printed)).toEqual({
      file: out(),
      nic: RECORDING.card.id,
      type: RECORDING.card.type,
      model: RECORDING.model,
      words: Object.keys(RECORDING.card.memory).length,
      problem: 'no words',
    });
    expect(errors).toBe('');
  });

  it('tells what is missing beside the JSON, as text that drives no terminal', async () => {
    const { printed, errors } = await record({ ...RECORDING, problem: 'no \u001b[31mwords' });
    expect(JSON.parse(printed)).toMatchObject({ problem: 'no \u001b[31mwords' });
    expect(errors).toBe('nic-herald: not all is in it: no \\x1b[31mwords\n');
  });

  it.each([false, true])(
    'writes the file and says what to do next; with --force over another: %s',
    async (force) => {
      if (force) await writeFile(out(), 'old');
      const { status, printed, errors } = await record(RECORDING, { out: out(), force }, '', ['web']);
      expect([status, printed]).toEqual([EXIT.ok, '']);
      expect(JSON.parse(await readFile(out(), 'utf8'))).toEqual(RECORDING);
      expect(errors.split('\n')).toEqual([
        `${out()}: nic0 (rtl8139), 1 word, model primary-mac. It does not say what is true: write down the MACs and VLANs that the guest has set.`,
        expect.stringContaining('device: () => recordedCard('),
        '',
      ]);
    },
  );
});
