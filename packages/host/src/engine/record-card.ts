import {
  asHeraldError,
  type CardRecording,
  type DeviceInspector,
  type FilterView,
  type Guest,
  guestLabel,
  HeraldError,
  isHeraldError,
  messageOf,
  type NicDescriptor,
  type RecordRequest,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { CAPTURE_DEADLINE_MS, type NicReading, readNic, viewOf } from '../knowledge/read-nic.js';
import { PRIMARY_MAC } from '../plan/primary-mac.js';
import type { EngineServices } from './engine-services.js';
import { listNics } from './list-nics.js';
import { checkNamedWords, rangeOf, wordsLabel } from './named-words.js';
import { RecordingInspector } from './recording-inspector.js';

type Services = Pick<EngineServices, 'clock' | 'ports' | 'findingPorts' | 'models'>;
type Attempt = (what: string, work: (signal: AbortSignal) => Promise<void>) => Promise<void>;

const MAX_PROBLEM = 2000;
const MAX_READ = 1_048_576;

/** Records one card of a guest that runs here. See `HeraldHost.record`. */
export const recordCard = async (
  guest: Guest,
  request: RecordRequest,
  services: Services,
): Promise<CardRecording> => {
  const { words = [], signal = new AbortController().signal } = request;
  checkNamedWords(words);
  const nic = nicMeant(guest, request.nic, await listNics(guest, services, signal));
  const card = new RecordingInspector(inspectorOf(guest, nic));
  const problems: string[] = [];
  /** Each step has a deadline; one that fails leaves the rest. A request that is given up ends it all. */
  const attempt: Attempt = async (what, work) => {
    try {
      await withDeadline(services.clock, CAPTURE_DEADLINE_MS, what, work, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const isLate = isHeraldError(error) && error.code === 'HERALD_TIMEOUT'; // which says of what
      problems.push(isLate ? error.message : `${what} failed: ${messageOf(error)}`);
    }
  };
  await attempt(
    `reading the regions of ${nic.id}`,
    async (step) => void (await card.regions({ signal: step })),
  );
  await recordNamed(card, words, attempt, problems);
  // After the words: where one of them changed meanwhile, what is recorded is what the model saw.
  const reading = await readNic({ inspect: () => card }, nic, services.models, services.clock, signal);
  if (signal.aborted) throw new HeraldError('HERALD_CANCELLED', `the recording of ${nic.id} was cancelled`);
  if ('problem' in reading) problems.push(reading.problem.message);
  if (!card.hasFilter) {
    await attempt(`reading the receive filter of ${nic.id}`, (step) => filterIfAny(card, step));
  }
  const read = readingOf(reading, problems);
  const problem = [...problems, ...card.problems].join('; ');
  return {
    format: 1,
    card: card.finish(),
    model: reading.model?.name ?? PRIMARY_MAC,
    ...(read === undefined ? {} : { read }),
    ...(problem === '' ? {} : { problem: shortened(problem) }),
  };
};

const inspectorOf = (guest: Guest, nic: NicDescriptor): DeviceInspector => {
  try {
    return guest.inspect(nic);
  } catch (error) {
    const message = `${guestLabel(guest.identity)} does not let ${nic.id} (${nic.type}) be looked at: ${messageOf(error)}`;
    throw asHeraldError(error, 'HERALD_GUEST_UNREADABLE', message, { nic: nic.id });
  }
};

const nicMeant = (
  guest: Guest,
  wanted: string | undefined,
  nics: readonly NicDescriptor[],
): NicDescriptor => {
  const [only] = nics;
  const found = wanted === undefined ? only : nics.find(({ id }) => id === wanted);
  const label = guestLabel(guest.identity);
  const has = nics.map(({ id, type }) => `${id} (${type})`).join(', ');
  if (wanted === undefined && nics.length > 1) {
    throw new HeraldError('HERALD_NIC_AMBIGUOUS', `${label} has ${nics.length} NICs; name one of ${has}`);
  }
  if (found !== undefined) return found;
  const what = wanted === undefined ? 'no NIC' : `no NIC ${wanted}; it has ${has || 'none'}`;
  throw new HeraldError('HERALD_NIC_UNKNOWN', `${label} has ${what}`, { details: { nic: wanted } });
};

const recordNamed = async (
  card: RecordingInspector,
  words: NonNullable<RecordRequest['words']>,
  attempt: Attempt,
  problems: string[],
): Promise<void> => {
  const regions = card.soundRegions;
  if (words.length === 0 || regions === undefined) return; // why there are none is among the problems
  const ranges = words.map((each) => rangeOf(each, card.nic, regions));
  const unmapped = words.filter((_, index) => ranges[index] === undefined);
  if (unmapped.length > 0) {
    const which = unmapped.map(wordsLabel).join(', ');
    problems.push(`${which} cannot be read: the guest has not mapped that region of ${card.nic.id}`);
  }
  const readable = ranges.filter((range) => range !== undefined);
  if (readable.length === 0) return;
  await attempt(`reading the words named of ${card.nic.id}`, async (signal) => {
    for (const range of readable) await card.readWords([range], { signal });
  });
};

/** A hypervisor that refuses has no report of this card. */
const filterIfAny = async (card: RecordingInspector, signal: AbortSignal): Promise<void> => {
  await card.receiveFilter({ signal }).catch(() => undefined);
};

const readingOf = (reading: NicReading, problems: string[]): CardRecording['read'] => {
  if (!('state' in reading)) return undefined;
  const { model, state } = reading;
  try {
    const json = JSON.stringify(sharedPart(viewOf(model, state)));
    if (json.length <= MAX_READ) return JSON.parse(json) as NonNullable<CardRecording['read']>;
    problems.push(`what the model ${model.name} read has more than ${MAX_READ} characters and was left out`);
  } catch (error) {
    problems.push(`the model ${model.name} does not read its own state: ${messageOf(error)}`);
  }
  return undefined;
};

const sharedPart = (view: FilterView): NonNullable<CardRecording['read']> => {
  const { currentMac, unicast, vlans, exact, incomplete } = view;
  return {
    ...(currentMac === undefined ? {} : { currentMac }),
    unicast,
    vlans,
    ...(exact === undefined ? {} : { exact }),
    incomplete,
  };
};

const shortened = (text: string): string =>
  text.length <= MAX_PROBLEM ? text : `${text.slice(0, MAX_PROBLEM - 3)}...`;
