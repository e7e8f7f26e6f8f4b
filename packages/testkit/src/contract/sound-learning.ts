import {
  type LearnedAddress,
  type LearnedStations,
  MAX_SNAPSHOT_ADDRESSES,
  type MulticastReports,
  stationKey,
} from '@nic-herald/core';
import type { AddressProof } from '@nic-herald/core/internal';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { demand, quote } from './contract-broken.js';

const PROOFS: readonly unknown[] = ['asserted', 'answered'] satisfies AddressProof[];

/** A reading as it was given: rejects with HERALD_CONTRACT what no reading may be. */
export const soundLearning = (learned: LearnedStations): LearnedStations => {
  const keys = new Set<string>();
  let last = 0;
  for (const { station, ageMs, addresses } of learned.stations) {
    const key = stationKey(station);
    demand(
      MacAddress.is(station.mac) && MacAddress.isStationAddress(station.mac),
      `\`read\` gave ${quote(station)}, which is no station`,
    );
    demand(
      station.vlan === undefined || VlanId.is(station.vlan),
      `\`read\` gave ${quote(station)}: VLANs are 1 to 4094`,
    );
    demand(!keys.has(key), `\`read\` gave ${key} twice`);
    keys.add(key);
    demand(
      ageMs >= 0 && Number.isFinite(ageMs),
      `\`read\` gave ${key} an age of ${quote(ageMs)} ms: 0 and up is wanted`,
    );
    demand(
      ageMs >= last,
      `\`read\` gave ${key}, seen ${ageMs} ms ago, after one seen ${last} ms ago: the latest seen comes first`,
    );
    last = ageMs;
    demand(
      learned.exactVlans || station.vlan === undefined,
      `\`read\` gave ${key} and says \`exactVlans: false\`: without looking at VLANs no station has one`,
    );
    demandAddresses(key, addresses ?? []);
  }
  demandCounts(learned.multicastReports ?? []);
  return learned;
};

const demandAddresses = (station: string, addresses: readonly LearnedAddress[]): void => {
  demand(
    addresses.length <= MAX_SNAPSHOT_ADDRESSES,
    `\`read\` gave ${addresses.length} addresses of ${station}: at most ${MAX_SNAPSHOT_ADDRESSES} are wanted, the latest proved`,
  );
  const seen = new Set<IpAddress>();
  for (const { address, proof, ageMs, router } of addresses) {
    const what = `\`read\` gave ${station} the address ${quote(address)}`;
    demand(
      IpAddress.is(address) && IpAddress.isHostAddress(address),
      `${what}: the IP address of one host is wanted, in its canonical form`,
    );
    demand(!seen.has(address), `${what} twice`);
    seen.add(address);
    demand(PROOFS.includes(proof), `${what} by the proof ${quote(proof)}: asserted or answered is wanted`);
    demand(
      ageMs >= 0 && Number.isFinite(ageMs),
      `${what} with an age of ${quote(ageMs)} ms: 0 and up is wanted`,
    );
    demand(
      router === undefined || typeof router === 'boolean',
      `${what} and says ${quote(router)} of whether it is a router: true, false or no member is wanted`,
    );
  }
};

const demandCounts = (reports: readonly MulticastReports[]): void => {
  const seen = new Set<number | undefined>();
  for (const { vlan, igmp, mld } of reports) {
    const what = `\`read\` gave counts of multicast reports ${vlan === undefined ? 'untagged' : `on VLAN ${vlan}`}`;
    demand(vlan === undefined || VlanId.is(vlan), `${what}: VLANs are 1 to 4094`);
    demand(!seen.has(vlan), `${what} twice`);
    seen.add(vlan);
    demand(
      [igmp, mld].every((count) => Number.isSafeInteger(count) && count >= 0),
      `${what} of ${quote({ igmp, mld })}: whole numbers, 0 and up, are wanted`,
    );
  }
};
