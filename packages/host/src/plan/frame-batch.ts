import { type Announcement, type AnnouncementKind, type FrameBatch, HeraldError } from '@nic-herald/core';

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
    const start = starts[index] ?? 0;
    const length = (starts[index + 1] ?? 0) - start;
    const written = kindOf(announcement, kinds).encode(announcement, bytes, start);
    if (written !== length) {
      throw kindFault(announcement, `${written} bytes written of a frame said to be of ${length}`);
    }
  });
  return { bytes, starts };
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
