import type { EgressFilter } from '@nic-herald/core';

/** Drops frames from any MAC but that of the NIC. */
const OWN_MAC = { primaryMacOnly: true, untaggedOnly: false };
/**
 * Lets out IPv4 and ARP of the NIC's own MAC and IP address, and the RARP of QEMU. As long as libvirt does not know the
 * address, it drops RARP and lets any ARP pass: after a migration too, until it has learned it anew. So an ARP without an
 * address is sent besides.
 */
const CLEAN = {
  ...OWN_MAC,
  untaggedOnly: true,
  kinds: ['rarp', 'garp', 'garp-reply', 'arp-ask'],
  besides: ['null-garp'],
};

/** The network filters that libvirt brings, as far as they touch announcements (its own nwfilter/*.xml, 9.0 to 11.3). */
const KNOWN: Readonly<Record<string, Omit<EgressFilter, 'name'>>> = {
  'clean-traffic': CLEAN,
  'clean-traffic-gateway': CLEAN,
  'no-mac-spoofing': OWN_MAC,
  'no-other-l2-traffic': { primaryMacOnly: false, untaggedOnly: true, kinds: [] },
};

/** What libvirt's filter of this name lets out; `undefined` for one that is not libvirt's own, or touches no announcement. */
export const knownFilter = (name: string): EgressFilter | undefined => {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  return known === undefined ? undefined : { name: `libvirt's filter ${name}`, ...known };
};
