import type { NetworkLook, NetworkSighting } from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';

/** Most sightings of one look, and most of the host's own addresses. */
const MOST_SIGHTINGS = 65_536;
const MOST_OWN = 4096;
const MOST_NAME = 64;

/** What of a look can be used: a network watch may be another's code. */
export const soundLook = (look: unknown): NetworkLook => {
  const { sightings, hostMacs, hostAddresses } = partsOf(look);
  return {
    sightings: listOf(sightings, MOST_SIGHTINGS).filter(isSound),
    hostMacs: listOf(hostMacs, MOST_OWN).filter(isMac),
    hostAddresses: listOf(hostAddresses, MOST_OWN).filter(isAddress),
  };
};

type Parts<T> = { readonly [K in keyof T]?: unknown };

const partsOf = (value: unknown): Parts<NetworkLook> =>
  typeof value === 'object' && value !== null ? value : {};

const listOf = (value: unknown, most: number): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]).slice(0, most) : [];

const isMac = (value: unknown): value is MacAddress =>
  typeof value === 'string' && MacAddress.parse(value) === value;

const isAddress = (value: unknown): value is IpAddress =>
  typeof value === 'string' && IpAddress.parse(value) === value;

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
