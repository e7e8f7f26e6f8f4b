import type { GuestKey, LearnedStation } from '@nic-herald/core';
import { MAX_PLACE } from '@nic-herald/core/internal';
import type { IpAddress, MacAddress } from '@nic-herald/wire';
import { mayBeOf } from '../knowledge/same-machine.js';
import { bridgeKey } from './network-key.js';
import type { Rival } from './rival.js';

/** Which guest, in which process. */
export interface GuestHere {
  /** The hypervisor's process. */
  readonly instance: string;
  readonly key: GuestKey | undefined;
  /** For people. */
  readonly label: string;
  readonly primaryMacs: readonly MacAddress[];
}

/** What was heard at one port of a guest, and what its card lists. Times are of `Clock.elapsed`. */
export interface HeardAtPort {
  readonly network: string;
  /** For people. */
  readonly networkName: string;
  /** The port's name. */
  readonly port: string;
  readonly learned: readonly LearnedStation[];
  readonly agesAt: number;
  readonly listed: ReadonlySet<MacAddress>;
}

interface Entry {
  readonly guest: GuestHere;
  readonly rival: Rival;
}

/**
 * What the guests of this host were heard to use, and list, at their own ports, by network: the best evidence there is of
 * whose something is.
 */
export class HeardHere {
  private readonly guests = new Map<
    string,
    { readonly guest: GuestHere; readonly ports: readonly HeardAtPort[] }
  >();
  /** By network and MAC, or network and address. */
  private readonly entries = new Map<string, Set<Entry>>();
  private readonly entriesOf = new Map<string, readonly (readonly [subject: string, entry: Entry])[]>();

  /** Replaces what is known of a guest. */
  heard(guest: GuestHere, ports: readonly HeardAtPort[]): void {
    this.gone(guest.instance);
    this.guests.set(guest.instance, { guest, ports });
    const own = ports.flatMap((port) =>
      rivalsAt(guest, port).map(
        (rival) => [`${port.network} ${rival.address ?? rival.mac}`, { guest, rival }] as const,
      ),
    );
    this.entriesOf.set(guest.instance, own);
    for (const [subject, entry] of own) {
      const there = this.entries.get(subject);
      if (there === undefined) this.entries.set(subject, new Set([entry]));
      else there.add(entry);
    }
  }

  /** A guest is no longer on this host. */
  gone(instance: string): void {
    this.guests.delete(instance);
    for (const [subject, entry] of this.entriesOf.get(instance) ?? []) {
      const there = this.entries.get(subject);
      there?.delete(entry);
      if (there?.size === 0) this.entries.delete(subject);
    }
    this.entriesOf.delete(instance);
  }

  /** What other guests have of a MAC in a network. */
  ofMac(self: GuestHere, network: string, mac: MacAddress): readonly Rival[] {
    return this.others(self, `${network} ${mac}`);
  }

  /** What other guests have of an IP address in a network. */
  ofAddress(self: GuestHere, network: string, address: IpAddress): readonly Rival[] {
    return this.others(self, `${network} ${address}`);
  }

  /** The guest at a port of a network's bridge, in whichever VLAN that is. */
  at(network: string, port: string): GuestHere | undefined {
    const bridge = bridgeKey(network);
    for (const { guest, ports } of this.guests.values())
      if (ports.some((each) => each.port === port && bridgeKey(each.network) === bridge)) return guest;
    return undefined;
  }

  /** The other guests in these networks. */
  neighboursOf(self: GuestHere, networks: ReadonlySet<string>): readonly string[] {
    return [...this.guests.values()]
      .filter(
        ({ guest, ports }) => !isSame(guest, self) && ports.some(({ network }) => networks.has(network)),
      )
      .map(({ guest }) => guest.instance);
  }

  private others(self: GuestHere, subject: string): readonly Rival[] {
    return [...(this.entries.get(subject) ?? [])]
      .filter(({ guest }) => !isSame(guest, self))
      .map(({ rival }) => rival);
  }
}

/** Whether two are one guest: it may have two processes here, while it moves within the host. */
export const isSame = (a: GuestHere, b: GuestHere): boolean =>
  a.instance === b.instance ||
  (a.key !== undefined && a.key === b.key && mayBeOf(a.primaryMacs, b.primaryMacs));

const rivalsAt = (
  { label }: GuestHere,
  { networkName, port, learned, agesAt, listed }: HeardAtPort,
): readonly Rival[] => {
  const where = `guest ${label} (${port} of ${networkName})`.slice(0, MAX_PLACE);
  const heard = learned.flatMap(({ station, ageMs, vlanUnknown, addresses = [] }): readonly Rival[] => {
    const { mac, vlan } = station;
    const place = {
      kind: 'guest',
      mac,
      where,
      ...(vlan === undefined ? {} : { vlan }),
      ...(vlanUnknown === undefined ? {} : { vlanUnknown }),
    } as const;
    return [
      { ...place, times: [agesAt - ageMs] },
      ...addresses.map((each) => ({
        ...place,
        address: each.address,
        proof: each.proof,
        times: [agesAt - each.ageMs],
      })),
    ];
  });
  const spoken = new Set(learned.map(({ station }) => station.mac));
  const onlyListed = [...listed].filter((mac) => !spoken.has(mac));
  return [
    ...heard,
    ...onlyListed.map((mac): Rival => ({ kind: 'listing', mac, vlanUnknown: true, where, times: [agesAt] })),
  ];
};
