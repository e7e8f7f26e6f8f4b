import { type MultiToken, multiToken } from '../di/injection.js';
import type { Announcement } from './announcement.js';

/** Turns announcements of one kind into frames. Runs while a plan is made, never on the hot path. */
export interface AnnouncementKind {
  /** Unique on a host: `rarp`. */
  readonly name: string;
  /** Bytes of the frame, tag included and FCS not; 14 to 1518. */
  frameLength(announcement: Announcement): number;
  /** Writes the frame at `offset`, every byte of it, and returns its length. */
  encode(announcement: Announcement, out: Uint8Array, offset: number): number;
}

/** The kinds of frame a host can send. Any number; the host itself brings `rarp`. Names are unique. */
export const ANNOUNCEMENT_KIND: MultiToken<AnnouncementKind> =
  multiToken<AnnouncementKind>('core/announcement-kind');
