import { hash } from 'node:crypto';
import { SEAL_LENGTH } from '@nic-herald/wire';
import type { SnapshotHead } from '../handoff/snapshot.js';
import { type Station, stationKey } from './station.js';

/**
 * What marks the announcements of one move of a guest, so that the host which it left knows them when they come in: a MAC alone may be
 * a spoofer's. Both hosts make it of the snapshot that was handed over; a guest never sees one.
 */
export interface AnnouncementSeal {
  /** The host that the guest left. */
  readonly host: string;
  /** Of the snapshot that it was made of. */
  readonly epoch: number;
  /** Eight bytes for a station, as the guest has it. Who sees those of one station knows no other's. */
  of(station: Station): Uint8Array;
}

/**
 * The seal of the move that follows a snapshot. The secret is the name that its writer's agent made for itself at its start;
 * `undefined` where the snapshot has none, as those of old versions.
 */
export const announcementSeal = ({
  epoch,
  guest,
  host,
  writer,
}: Pick<SnapshotHead, 'epoch' | 'guest' | 'host' | 'writer'>): AnnouncementSeal | undefined => {
  if (writer === undefined) return undefined;
  const key = hash('sha256', JSON.stringify([writer.agent, host, guest, epoch]));
  // A guest has up to thousands of stations, and all are sealed in one go: this takes a fifth of what an HMAC does. One is not
  // needed: a hash that is cut off cannot be made longer.
  return {
    host,
    epoch,
    of: (station) =>
      new Uint8Array(hash('sha256', key + stationKey(station), 'buffer').subarray(0, SEAL_LENGTH)),
  };
};
