import type { IpAddress, MacAddress } from '@nic-herald/wire';
import type { ClaimedThere } from './claimed-there.js';
import { lastSeen, mergeTimes, type Rival } from './rival.js';

/** Most rivals remembered of one guest; those that were not seen for longest make room. */
const MOST_RIVALS = 16_384;

/**
 * Where else in its networks a guest's MACs and addresses were seen, for as long as the guest claims them: a verdict must
 * not change back because a sighting grew old. What is remembered does not depend on the order in which it was seen.
 */
export class RivalMemory {
  private readonly rivals = new Map<string, Rival>();
  /** The same rivals, by network and MAC or address. */
  private bySubject = new Map<string, Rival[]>();

  /** Adds sightings in a network to what is known of it. */
  remember(network: string, seen: readonly Rival[]): void {
    if (seen.length === 0) return;
    for (const rival of seen) {
      const key = `${network} ${keyOf(rival)}`;
      const known = this.rivals.get(key);
      const times = mergeTimes(known?.times ?? [], rival.times);
      if (times.length > 0) this.rivals.set(key, { ...rival, times });
    }
    this.bound();
    this.bySubject = grouped(this.rivals);
  }

  /** Forgets what is not claimed any more, by network. */
  keep(claimed: ReadonlyMap<string, ClaimedThere>): void {
    if (this.isEmpty) return;
    for (const [key, { mac, address }] of this.rivals) {
      const there = claimed.get(networkOf(key));
      const isClaimed =
        there !== undefined && (address === undefined ? there.macs.has(mac) : there.addresses.has(address));
      if (!isClaimed) this.rivals.delete(key);
    }
    this.bySubject = grouped(this.rivals);
  }

  /** Whether nothing is known to be another's. */
  get isEmpty(): boolean {
    return this.rivals.size === 0;
  }

  /** Rivals of a MAC in a network, on any VLAN. */
  ofMac(network: string, mac: MacAddress): readonly Rival[] {
    return this.bySubject.get(`${network} ${mac}`) ?? [];
  }

  /** Rivals of an IP address in a network, on any VLAN. */
  ofAddress(network: string, address: IpAddress): readonly Rival[] {
    return this.bySubject.get(`${network} ${address}`) ?? [];
  }

  forget(): void {
    this.rivals.clear();
    this.bySubject.clear();
  }

  private bound(): void {
    if (this.rivals.size <= MOST_RIVALS) return;
    const inOrder = [...this.rivals].sort(([, a], [, b]) => lastSeen(b) - lastSeen(a));
    for (const [key] of inOrder.slice(MOST_RIVALS)) this.rivals.delete(key);
  }
}

const keyOf = ({ kind, mac, vlan, vlanUnknown, address, proof, where }: Rival): string =>
  `${kind} ${mac} ${vlanUnknown === undefined ? (vlan ?? '') : '*'} ${address ?? ''} ${proof ?? ''} ${where}`;

/** A network has no space in its key. */
const networkOf = (key: string): string => key.slice(0, key.indexOf(' '));

const grouped = (rivals: ReadonlyMap<string, Rival>): Map<string, Rival[]> => {
  const groups = new Map<string, Rival[]>();
  for (const [key, rival] of rivals) {
    const subject = `${networkOf(key)} ${rival.address ?? rival.mac}`;
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [rival]);
    else group.push(rival);
  }
  return groups;
};
