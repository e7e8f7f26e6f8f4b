import {
  type GuestKey,
  type NicDescriptor,
  type Station,
  type StationKey,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import type { CardContent } from './card-content.js';
import type { MachineNumber } from './move.js';

const macOf = (machine: number, number: number): MacAddress =>
  MacAddress.of(`52:54:00:00:0${machine}:${number.toString(16).padStart(2, '0')}`);

/** A virtual MAC that any machine may use: it moves from one to another. */
export const VIRTUAL = stationOf(MacAddress.of('00:00:5e:00:01:01'));

/** What a virtual machine is, wherever it runs. */
export class MachineTraits {
  readonly key: GuestKey;
  readonly identity: { readonly name: string };
  readonly primaryMacs: readonly MacAddress[];
  /** The VLAN table of its card does not survive a migration: QEMU before 8.2. */
  readonly losesVlans: boolean;
  /** Stations that no card lists: they are known by the frames that were seen. */
  readonly quiet: readonly Station[];
  /** All that it ever used. */
  readonly everUsed = new Set<StationKey>();

  constructor(
    readonly number: MachineNumber,
    name: string,
  ) {
    this.key = `name:${name}` as GuestKey;
    this.identity = { name };
    this.primaryMacs = number === 2 ? [macOf(2, 0), macOf(2, 0x10)] : [macOf(number, 0)];
    this.losesVlans = number !== 1;
    this.quiet = [
      stationOf(macOf(number, 0x81)),
      stationOf(macOf(number, 0x82), VlanId.of(30)),
      stationOf(macOf(number, 0x83), VlanId.of(10)),
      VIRTUAL,
    ];
  }

  /** What the card of bits `0b1111` lists: two MACs and two VLANs. */
  cardOf(bits: number): CardContent {
    return {
      macs: [1, 2].filter((each) => (bits & each) !== 0).map((each) => macOf(this.number, each)),
      vlans: [10, 20].filter((_, index) => (bits & (4 << index)) !== 0),
    };
  }

  /** As which it speaks most of the time. */
  get primary(): Station {
    return stationOf(this.primaryMacs[0] ?? macOf(this.number, 0));
  }

  /** The stations of its first card with this content, and the MACs of the others. */
  stationsOf({ macs, vlans }: CardContent): readonly StationKey[] {
    const [own, ...others] = this.primaryMacs;
    const all = [own ?? macOf(this.number, 0), ...macs.map((each) => MacAddress.of(each))];
    return [
      ...all.flatMap((mac) => [stationOf(mac), ...vlans.map((vlan) => stationOf(mac, VlanId.of(vlan)))]),
      ...others.map((mac) => stationOf(mac)),
    ].map(stationKey);
  }

  /** A station in few words: `p` its first MAC, `m1` a further one of its card, `q0` a quiet one; `p/10` on a VLAN. */
  wordOf(station: StationKey): string {
    const quiet = this.quiet.findIndex((each) => stationKey(each) === station);
    if (quiet !== -1) return `q${quiet}`;
    const [mac = '', vlan] = station.split('/');
    const number = Number.parseInt(mac.slice(-2), 16);
    const owner = mac.startsWith(macOf(this.number, 0).slice(0, -2)) ? '' : `${mac} `;
    return `${owner}${number === 0 ? 'p' : `m${number}`}${vlan === undefined ? '' : `/${vlan}`}`;
  }

  nics(tap: string): readonly NicDescriptor[] {
    return this.primaryMacs.map((primaryMac, index) => ({
      id: `nic${index}`,
      type: 'played',
      primaryMac,
      port: { kind: 'tap', name: `${tap}n${index}` },
    }));
  }
}
