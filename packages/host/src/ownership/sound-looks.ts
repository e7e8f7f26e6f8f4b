import type { NetworkLook, NetworkSighting } from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';

/** Most sightings of one look, and most of the host's own addresses. */
const MOST_SIGHTINGS = 65_536;
const MOST_OWN = 4096;
const MOST_NAME = 64;

/** What of a look can be used. */
export interface SoundLook {
  readonly sightings: readonly NetworkSighting[];
  /** The host's own addresses there: one set for all looks that gave the same list. */
  readonly hostMacs: ReadonlySet<MacAddress>;
  readonly hostAddresses: ReadonlySet<IpAddress>;
}

/**
 * Checks the looks of network watches, which may be another's code. A watch gives one list of the host's own addresses to
 * all guests of a bridge, as long as the bridge has ports: it is gone through once.
 */
export class SoundLooks {
  private readonly macs = new WeakMap<object, ReadonlySet<MacAddress>>();
  private readonly addresses = new WeakMap<object, ReadonlySet<IpAddress>>();

  /** Leaves out what cannot be used. */
  of(look: unknown): SoundLook {
    const { sightings, hostMacs, hostAddresses } = partsOf(look);
    return {
      sightings: listOf(sightings, MOST_SIGHTINGS).filter(isSound),
      hostMacs: setOf(hostMacs, this.macs, isMac),
      hostAddresses: setOf(hostAddresses, this.addresses, isAddress),
    };
  }
}

const setOf = <T>(
  list: unknown,
  known: WeakMap<object, ReadonlySet<T>>,
  is: (value: unknown) => value is T,
): ReadonlySet<T> => {
  if (!Array.isArray(list)) return new Set();
  const before = known.get(list);
  if (before !== undefined) return before;
  const set = new Set(listOf(list, MOST_OWN).filter(is));
  known.set(list, set);
  return set;
};

type Parts<T> = { readonly [K in keyof T]?: unknown };

const partsOf = (value: unknown): Parts<NetworkLook> =>
  typeof value === 'object' && value !== null ? value : {};

const listOf = (value: unknown, most: number): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]).slice(0, most) : [];

const isMac = (value: unknown): value is MacAddress => MacAddress.is(value);

const isAddress = (value: unknown): value is IpAddress => IpAddress.is(value);

const isAge = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isVlan = (value: unknown): boolean => typeof value === 'number' && VlanId.is(value);

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= MOST_NAME;

const isSound = (value: unknown): value is NetworkSighting => {
  if (typeof value !== 'object' || value === null) return false;
  const { mac, vlan, vlanUnknown, address, proof, port, ageMs, earlierAgeMs }: Parts<NetworkSighting> = value;
  return (
    isMac(mac) &&
    (vlan === undefined || isVlan(vlan)) &&
    (vlanUnknown === undefined || vlanUnknown === true) &&
    (address === undefined || isAddress(address)) &&
    (proof === undefined || proof === 'asserted' || proof === 'answered') &&
    isName(port) &&
    isAge(ageMs) &&
    (earlierAgeMs === undefined || isAge(earlierAgeMs))
  );
};
