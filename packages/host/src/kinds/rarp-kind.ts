import type { AnnouncementKind } from '@nic-herald/core';
import { encodeRarp, rarpLength } from '@nic-herald/wire';

/** The frame QEMU announces with (net/announce.c), per station and tagged where the station is. */
export const rarpKind: AnnouncementKind = {
  name: 'rarp',
  frameLength: ({ station }) => rarpLength(station),
  encode: ({ station }, out, offset) => encodeRarp(station, out, offset),
};
