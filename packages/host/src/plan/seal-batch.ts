import { type Announcement, type FrameBatch, framesOf } from '@nic-herald/core';
import type { AnnouncementSeal } from '@nic-herald/core/internal';
import { decodeRarp, isDecodeError, sealRarp } from '@nic-herald/wire';

/** Puts the seal of each station into the padding of its RARPs. Other frames stay as they are: theirs may mean something. */
export const sealBatch = (
  batch: FrameBatch,
  announcements: readonly Announcement[],
  seal: AnnouncementSeal | undefined,
): void => {
  if (seal === undefined) return;
  for (const [index, frame] of framesOf(batch).entries()) {
    const announcement = announcements[index];
    if (announcement?.kind !== 'rarp' || isDecodeError(decodeRarp(frame))) continue;
    sealRarp(frame, seal.of(announcement.station));
  }
};
