import type { Announcement, AnnouncementKind, FrameBatch } from '@nic-herald/core';

/** Encodes announcements into one buffer, in their order. Every kind must be known. */
export const encodeBatch = (
  announcements: readonly Announcement[],
  kinds: ReadonlyMap<string, AnnouncementKind>,
): FrameBatch => {
  const ways = announcements.flatMap((announcement) => {
    const kind = kinds.get(announcement.kind);
    return kind === undefined ? [] : [{ announcement, kind }];
  });
  const starts = new Uint32Array(ways.length + 1);
  ways.forEach(({ announcement, kind }, index) => {
    starts[index + 1] = (starts[index] ?? 0) + kind.frameLength(announcement);
  });
  const bytes = new Uint8Array(starts[ways.length] ?? 0);
  ways.forEach(({ announcement, kind }, index) => {
    kind.encode(announcement, bytes, starts[index] ?? 0);
  });
  return { bytes, starts };
};
