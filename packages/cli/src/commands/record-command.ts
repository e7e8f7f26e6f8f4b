import { access, writeFile } from 'node:fs/promises';
import { type CardRecording, HeraldError, isHeraldError } from '@nic-herald/core';
import type { NamedWords } from '@nic-herald/core/internal';
import type { CliIo } from '../cli-io.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { findAccess } from '../inspect/find-access.js';
import type { GuestAccess, GuestTarget } from '../inspect/guest-access.js';
import { counted } from '../inspect/list-text.js';
import { renderGuestList } from '../inspect/render-guest-list.js';
import { printable } from '../printable.js';

/** What `record` was asked to do. */
export interface RecordOptions {
  /** Id of the NIC; absent: the only one. */
  readonly nic?: string;
  readonly words: readonly NamedWords[];
  /** Where the recording is written; absent: standard output. */
  readonly out?: string;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
  /** Whether what was written to a file is told as JSON. */
  readonly json: boolean;
}

/** `nic-herald record`: writes what a live card answers, for the tests of its model. */
export const recordCommand = async (
  target: GuestTarget,
  options: RecordOptions,
  io: CliIo,
): Promise<ExitCode> => {
  const { out, force, json: asJson } = options;
  // Before the card is read; the write itself looks again.
  if (out !== undefined && !force && (await isThere(out))) throw taken(out);
  const found = await findAccess(target, io, { sending: false });
  if ('guests' in found) {
    if (found.guests.length > 0) io.write(renderGuestList(found.guests, io));
    throw new HeraldError(
      'HERALD_USAGE',
      'say which guest has the card: nic-herald record GUEST, or --qmp SOCKET',
    );
  }
  let recording: CardRecording;
  try {
    recording = await recordFrom(found.access, options);
  } finally {
    await found.access.close();
  }
  const json = `${JSON.stringify(recording, undefined, 2)}\n`;
  if (out === undefined) io.write(json);
  else await write(out, json, force);
  const { problem } = recording;
  if (out !== undefined && asJson) {
    io.write(`${JSON.stringify(written(out, recording), undefined, 2)}\n`);
    return EXIT.ok;
  }
  if (problem !== undefined) io.writeError(`nic-herald: not all is in it: ${printable(problem)}\n`);
  if (out !== undefined) io.writeError(nextSteps(out, recording));
  return EXIT.ok;
};

const recordFrom = async (access: GuestAccess, { nic, words }: RecordOptions): Promise<CardRecording> => {
  try {
    return await access.record({ ...(nic === undefined ? {} : { nic }), words });
  } catch (error) {
    const option = isHeraldError(error) ? OPTION_OF[error.code] : undefined;
    if (!isHeraldError(error) || option === undefined) throw error;
    const { code, message, details } = error;
    throw new HeraldError(code, `${option}: ${message}`, { details, cause: error.cause });
  }
};

/** The option that an error of the host is about. */
const OPTION_OF: Readonly<Record<string, string>> = {
  HERALD_NIC_UNKNOWN: '--nic',
  HERALD_NIC_AMBIGUOUS: '--nic',
  HERALD_RECORD_WORDS: '--words',
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const write = async (path: string, json: string, force: boolean): Promise<void> => {
  try {
    await writeFile(path, json, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(path);
    throw new HeraldError('HERALD_RECORD_FILE', `--out: ${path} cannot be written`, {
      cause: error,
      details: { path },
    });
  }
};

const taken = (path: string): HeraldError =>
  new HeraldError(
    'HERALD_USAGE',
    `--out: ${path} is there already; give another file, or --force to replace it`,
    { details: { path } },
  );

/** What a program wants to know of a file that was written; the rest is in the file. */
const written = (file: string, { card, model, problem }: CardRecording): object => ({
  file,
  nic: card.id,
  type: card.type,
  model,
  words: Object.keys(card.memory).length,
  ...(problem === undefined ? {} : { problem }),
});

const nextSteps = (out: string, { card, model }: CardRecording): string => {
  const words = Object.keys(card.memory).length;
  return (
    `${printable(
      `${out}: ${card.id} (${card.type}), ${counted(words, 'word')}, model ${model}. ` +
        'It does not say what is true: write down the MACs and VLANs that the guest has set.',
    )}\n` +
    "In the model's test: values: { 'CARD': { device: () => recordedCard(JSON of the file), unicast: [...], vlans: [...] } }; see docs/writing-a-model.md\n"
  );
};
