import { type MultiToken, multiToken } from '../di/injection.js';
import type { Announcement } from './announcement.js';

/**
 * What a frame announces.
 * - `station`: a station, whatever its addresses; one frame each
 * - `ipv4`, `ipv6`: an address of that family at a station; one frame for each that the guest proved to own
 * - `ipv4-question`: a question from an IPv4 address; one frame for each that the guest proved to own and each that it was
 *   seen to ask for at the station
 */
export type AnnouncementSubject = 'station' | 'ipv4' | 'ipv6' | 'ipv4-question';

/** Turns announcements of one kind into frames. Runs while a plan is made, never on the hot path. */
export interface AnnouncementKind {
  /** Unique on a host: `rarp`. */
  readonly name: string;
  /** What one frame of it announces; default `station`. */
  readonly announces?: AnnouncementSubject;
  /** Whether a frame of it may say this; quick, and never throws. Absent: it may say all of its subject. */
  suits?(announcement: Announcement): boolean;
  /** Bytes of the frame, tag included and FCS not; 14 to 1518. */
  frameLength(announcement: Announcement): number;
  /** Writes the frame at `offset`, every byte of it, and returns its length. */
  encode(announcement: Announcement, out: Uint8Array, offset: number): number;
}

/**
 * The kinds of frame a host can send. Any number; the host itself brings `rarp`, `garp`, `garp-reply`, `null-garp`,
 * `na`, `arp-ask` and `rs`. Names are unique. Which are sent is the policy's choice.
 */
export const ANNOUNCEMENT_KIND: MultiToken<AnnouncementKind> =
  multiToken<AnnouncementKind>('core/announcement-kind');
