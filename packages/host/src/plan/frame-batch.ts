import type { Announcement, AnnouncementKind, FrameBatch } from '@nic-herald/core';

/** Encodes announcements into one buffer, in their order. Those of a kind that is not among `kinds` are left out. */
export const encodeBatch = (
  announcements: readonly Announcement[],
  kinds: ReadonlyMap<string, AnnouncementKind>,
): FrameBatch => {
  const known = announcements.filter(({ kind }) => kinds.has(kind));
  const starts = new Uint32Array(known.length + 1);
  let end = 0;
  known.forEach((announcement, index) => {
    end += kinds.get(announcement.kind)?.frameLength(announcement) ?? 0;
    starts[index + 1] = end;
  });
  const bytes = new Uint8Array(end);
  known.forEach((announcement, index) => {
    kinds.get(announcement.kind)?.encode(announcement, bytes, starts[index] ?? 0);
  });
  return { bytes, starts };
};
