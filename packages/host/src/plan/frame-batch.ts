import {
  type Announcement,
  type AnnouncementKind,
  asHeraldError,
  type FrameBatch,
  HeraldError,
  messageOf,
} from '@nic-herald/core';

const LEAST_FRAME = 14;
const MOST_FRAME = 1518;

/**
 * Encodes announcements into one buffer, in their order. Throws HERALD_KIND_FAULT for a kind that is not
 * known, or that does not keep to the length it said.
 */
export const encodeBatch = (
  announcements: readonly Announcement[],
  kinds: ReadonlyMap<string, AnnouncementKind>,
): FrameBatch => {
  const starts = new Uint32Array(announcements.length + 1);
  let end = 0;
  announcements.forEach((announcement, index) => {
    const length = kindOf(announcement, kinds).frameLength(announcement);
    if (!(length >= LEAST_FRAME && length <= MOST_FRAME)) {
      throw kindFault(announcement, `a frame of ${length} bytes, outside of ${LEAST_FRAME} to ${MOST_FRAME}`);
    }
    end += length;
    starts[index + 1] = end;
  });
  const bytes = new Uint8Array(end);
  announcements.forEach((announcement, index) => {
    const frame = bytes.subarray(starts[index], starts[index + 1]); // all that a kind can write to
    const written = kindOf(announcement, kinds).encode(announcement, frame, 0);
    if (written !== frame.length) {
      throw kindFault(announcement, `${written} bytes written of a frame said to be of ${frame.length}`);
    }
  });
  return { bytes, starts };
};

/** A batch, what it announces, and why it does not announce the rest: one fault for each kind that failed. */
export interface SoundBatch {
  readonly batch: FrameBatch;
  readonly announcements: readonly Announcement[];
  readonly faults: readonly HeraldError[];
}

/**
 * Encodes announcements, without those whose kind fails on them: a kind is another's code, and one that fails costs
 * no station the frames of the others.
 */
export const encodeSound = (
  announcements: readonly Announcement[],
  kinds: ReadonlyMap<string, AnnouncementKind>,
): SoundBatch => {
  try {
    return { batch: encodeBatch(announcements, kinds), announcements, faults: [] };
  } catch {
    const faults = new Map<string, HeraldError>();
    const sound = announcements.filter((announcement) => {
      try {
        encodeBatch([announcement], kinds);
        return true;
      } catch (error) {
        const { kind } = announcement;
        if (!faults.has(kind)) faults.set(kind, asKindFault(error, announcement));
        return false;
      }
    });
    return { batch: encodeBatch(sound, kinds), announcements: sound, faults: [...faults.values()] };
  }
};

const asKindFault = (error: unknown, announcement: Announcement): HeraldError => {
  const { code, message, details } = kindFault(announcement, messageOf(error));
  return asHeraldError(error, code, message, details);
};

const kindOf = (
  announcement: Announcement,
  kinds: ReadonlyMap<string, AnnouncementKind>,
): AnnouncementKind => {
  const kind = kinds.get(announcement.kind);
  if (kind === undefined) throw kindFault(announcement, 'no plugin of this host provides it');
  return kind;
};

const kindFault = ({ kind, station }: Announcement, found: string): HeraldError =>
  new HeraldError('HERALD_KIND_FAULT', `the announcement kind ${kind} failed for ${station.mac}: ${found}`, {
    details: { kind },
  });
