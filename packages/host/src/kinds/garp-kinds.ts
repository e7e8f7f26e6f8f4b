import type { Announcement, AnnouncementKind } from '@nic-herald/core';
import {
  arpLength,
  encodeArp,
  encodeGratuitousArp,
  type GratuitousArp,
  gratuitousArpLength,
  Ipv4Address,
  MacAddress,
} from '@nic-herald/wire';
import { addressOf } from './address-of.js';

const kind = (name: string, operation: GratuitousArp['operation']): AnnouncementKind => {
  const frameOf = (announcement: Announcement): GratuitousArp => ({
    ...announcement.station,
    address: addressOf(announcement, Ipv4Address.is),
    operation,
  });
  return {
    name,
    announces: 'ipv4',
    frameLength: (announcement) => gratuitousArpLength(frameOf(announcement)),
    encode: (announcement, out, offset) => encodeGratuitousArp(frameOf(announcement), out, offset),
  };
};

/** Gratuitous ARP in its request form, the ARP announcement of RFC 5227 section 3; what Linux itself sends. */
export const garpKind = kind('garp', 'request');

/** Gratuitous ARP in its reply form (RFC 5944 section 4.6), for receivers that update on replies alone. */
export const garpReplyKind = kind('garp-reply', 'reply');

const BROADCAST = MacAddress.of('ff:ff:ff:ff:ff:ff');
const NO_MAC = MacAddress.of('00:00:00:00:00:00');
const NO_ADDRESS = Ipv4Address.of('0.0.0.0');

const nullGarp = ({ station: { mac, vlan } }: Announcement) => ({
  destination: BROADCAST,
  source: mac,
  vlan,
  operation: 'request' as const,
  senderMac: mac,
  senderIp: NO_ADDRESS,
  targetMac: NO_MAC,
  targetIp: NO_ADDRESS,
});

/**
 * An ARP request of 0.0.0.0 for 0.0.0.0: gratuitous to Open vSwitch, which compares the two addresses, and no claim
 * to anybody's address. It moves stations whose addresses are not known across its balance-slb bonds.
 */
export const nullGarpKind: AnnouncementKind = {
  name: 'null-garp',
  frameLength: (announcement) => arpLength(nullGarp(announcement)),
  encode: (announcement, out, offset) => encodeArp(nullGarp(announcement), out, offset),
};
