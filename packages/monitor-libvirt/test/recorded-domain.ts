import { readFileSync } from 'node:fs';

/**
 * The XML of a domain. `shop-1`: recorded with libvirt 9.0 and QEMU 7.2, `virsh dumpxml` of a running guest with metadata of
 * its own, a network's bridge, and a card that was plugged in. `fabric-1`: what cannot be had without cards and switches, as
 * libvirt's manual has it.
 */
export const recordedDomain = (name: 'shop-1' | 'fabric-1'): string =>
  readFileSync(new URL(`./domains/${name}.xml`, import.meta.url), 'utf8');
