import type { NetworkLook, NetworkSighting } from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';

/** Most sightings of one look, and most of the host's own addresses. */
const MOST_SIGHTINGS = 65_536;
const MOST_OWN = 4096;
const MOST_NAME = 64;

/** What of a look can be used: a network watch may be another's code. */
export const soundLook = ({ sightings, hostMacs, hostAddresses }: NetworkLook): NetworkLook => ({
  sightings: listOf(sightings).slice(0, MOST_SIGHTINGS).filter(isSound),
  hostMacs: listOf(hostMacs)
    .slice(0, MOST_OWN)
    .filter((mac) => MacAddress.parse(String(mac)) === mac),
  hostAddresses: listOf(hostAddresses)
    .slice(0, MOST_OWN)
    .filter((address) => IpAddress.parse(String(address)) === address),
});

const listOf = <T>(value: readonly T[]): readonly T[] => (Array.isArray(value) ? value : []);

const isAge = (ageMs: unknown): boolean => typeof ageMs === 'number' && Number.isFinite(ageMs) && ageMs >= 0;

const isSound = (sighting: NetworkSighting): boolean => {
  if (typeof sighting !== 'object' || sighting === null) return false;
  const { mac, vlan, address, port, ageMs, earlierAgeMs } = sighting;
  return (
    MacAddress.parse(String(mac)) === mac &&
    (vlan === undefined || VlanId.is(vlan)) &&
    (address === undefined || IpAddress.parse(String(address)) === address) &&
    typeof port === 'string' &&
    port.length > 0 &&
    port.length <= MOST_NAME &&
    isAge(ageMs) &&
    (earlierAgeMs === undefined || isAge(earlierAgeMs))
  );
};
