import type { Announcement, AnnouncementKind } from '@nic-herald/core';
import {
  encodeNeighbourAdvertisement,
  Ipv6Address,
  type NeighbourAdvertisement,
  neighbourAdvertisementLength,
} from '@nic-herald/wire';
import { addressOf } from './address-of.js';

const frameOf = (announcement: Announcement): NeighbourAdvertisement => ({
  ...announcement.station,
  address: addressOf(announcement, Ipv6Address.is),
  router: announcement.router ?? false,
  override: true,
});

/** Unsolicited neighbour advertisement to all nodes, with the override flag (RFC 4861 section 7.2.6, RFC 9131). */
export const naKind: AnnouncementKind = {
  name: 'na',
  announces: 'ipv6',
  frameLength: (announcement) => neighbourAdvertisementLength(frameOf(announcement)),
  encode: (announcement, out, offset) => encodeNeighbourAdvertisement(frameOf(announcement), out, offset),
};
