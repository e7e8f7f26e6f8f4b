import { createHash } from 'node:crypto';
import {
  type ErrorCode,
  guestIdentity,
  guestKeyOf,
  type HandoffEntry,
  HeraldError,
  isHeraldError,
  messageOf,
  parseSnapshot,
} from '@nic-herald/core';
import type { Domain } from '@nic-herald/libvirt';
import { decodeElement, HANDOFF_URI, MAX_ELEMENT_BYTES } from './handoff-element.js';

/** What a domain's metadata holds of ours. */
export interface ReadEntry {
  readonly entry: HandoffEntry;
  /** Tells one snapshot from another, see `digestOf`; absent where it cannot be read. */
  readonly digest?: string;
}

/** What stands for a snapshot's JSON where it is only compared. */
export const digestOf = (json: string): string => createHash('sha256').update(json).digest('base64');

/** What an entry is called whose host cannot be read. */
const NOBODY = 'unknown';

/**
 * Reads the element of a domain: untrusted, whoever set it. It counts only where it was written for the domain's own UUID: a
 * domain that was made of another's XML has that one's element. What is wrong with it is this entry's problem.
 *
 * `isComing`: the domain waits for its guest, and the element came along. Then the host that wrote it sends the guest here,
 * and what it said last stays true while that lasts, which it could not write any more: libvirt copies the metadata first.
 */
export const readEntry = (domain: Domain, text: string, isComing: boolean): ReadEntry => {
  const problem = (code: ErrorCode, what: string, host = NOBODY): ReadEntry => ({
    entry: { host, problem: problemOf(domain, code, what) },
  });
  if (text.length > MAX_ELEMENT_BYTES) {
    const size = `${text.length} characters, at most ${MAX_ELEMENT_BYTES} are read`;
    return problem('HERALD_HANDOFF_TOO_LARGE', `it has ${size}`);
  }
  const element = decodeElement(text);
  if (element === undefined)
    return problem('HERALD_HANDOFF_UNREADABLE', 'it is no element as nic-herald writes it');
  const { host, json, uuid } = element;
  if (uuid !== domain.uuid) {
    const whose = uuid === '' ? 'no UUID' : `the domain of UUID ${uuid.slice(0, 36)}`;
    return problem('HERALD_HANDOFF_MISMATCH', `it was written for ${whose}: ${COPIED}`, host);
  }
  let parsed: ReturnType<typeof parseSnapshot>;
  try {
    parsed = parseSnapshot(asItStands(JSON.parse(json), isComing));
  } catch (error) {
    return problem('HERALD_HANDOFF_UNREADABLE', `it is no JSON (${messageOf(error)})`, host);
  }
  if (isHeraldError(parsed)) return problem(parsed.code, parsed.message, host);
  if (parsed.guest !== guestKeyOf(guestIdentity({ uuid })) || parsed.host !== host) {
    const whose = `of ${parsed.guest}, written by ${parsed.host}`;
    return problem('HERALD_HANDOFF_MISMATCH', `it holds the snapshot ${whose}: ${COPIED}`, host);
  }
  return { entry: { host, snapshot: parsed }, digest: digestOf(json) };
};

const COPIED = "the domain was made of another's XML, and nothing of it is used";

/** Where the guest stood, by what the move itself tells. */
const asItStands = (json: unknown, isComing: boolean): unknown => {
  if (!isComing || typeof json !== 'object' || json === null) return json;
  const residence = 'residence' in json ? json.residence : undefined;
  return residence === undefined || residence === 'resident' ? { ...json, residence: 'leaving' } : json;
};

const problemOf = ({ name, uuid }: Domain, code: ErrorCode, what: string): HeraldError =>
  new HeraldError(
    code,
    `the entry in the metadata of domain ${name} is not used: ${what}. The next one of its host takes its place; to be rid ` +
      `of it, run: virsh metadata ${uuid} ${HANDOFF_URI} --live --remove`,
    { details: { guest: name, uuid } },
  );
