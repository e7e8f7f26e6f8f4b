import type { Announcement, AnnouncementKind } from '@nic-herald/core';
import {
  type ArpFrame,
  arpLength,
  encodeArp,
  encodeRouterSolicitation,
  Ipv4Address,
  Ipv6Address,
  MacAddress,
  type RouterSolicitation,
  routerSolicitationLength,
} from '@nic-herald/wire';
import { addressOf } from './address-of.js';

// A leaf of an EVPN fabric that knows a guest's address at another leaf makes its own entry for it where the guest asks for the
// leaf's address. For a gratuitous frame it makes none unless it is set up to (Linux: arp_accept, accept_untracked_na).

const BROADCAST = MacAddress.of('ff:ff:ff:ff:ff:ff');
const NO_MAC = MacAddress.of('00:00:00:00:00:00');

const askOf = (announcement: Announcement): ArpFrame => {
  const { mac, vlan } = announcement.station;
  return {
    destination: BROADCAST,
    source: mac,
    vlan,
    operation: 'request',
    senderMac: mac,
    senderIp: addressOf(announcement, Ipv4Address.is),
    targetMac: NO_MAC,
    targetIp: addressOf(announcement, Ipv4Address.is, 'asksFor'),
  };
};

/** The guest's own ARP request (RFC 826), for an address that it was seen to ask for: its router is among them. */
export const arpAskKind: AnnouncementKind = {
  name: 'arp-ask',
  announces: 'ipv4-question',
  frameLength: (announcement) => arpLength(askOf(announcement)),
  encode: (announcement, out, offset) => encodeArp(askOf(announcement), out, offset),
};

const solicitationOf = (announcement: Announcement): RouterSolicitation => ({
  ...announcement.station,
  address: addressOf(announcement, Ipv6Address.is),
});

/**
 * A router solicitation with its source link-layer address (RFC 4861 section 4.1). A router takes the sender of one for a host
 * (section 6.2.6), so none is sent for a guest that said to be a router.
 */
export const rsKind: AnnouncementKind = {
  name: 'rs',
  announces: 'ipv6',
  suits: ({ router }) => router !== true,
  frameLength: (announcement) => routerSolicitationLength(solicitationOf(announcement)),
  encode: (announcement, out, offset) => encodeRouterSolicitation(solicitationOf(announcement), out, offset),
};
