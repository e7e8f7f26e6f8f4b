import type { NetworkLook, NetworkQuestion, NetworkSighting } from '@nic-herald/core';
import type { AddressProof } from '@nic-herald/core/internal';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { demand, quote } from './contract-broken.js';

const MAX_SIGHTINGS = 65_536;
const PROOFS: readonly unknown[] = ['asserted', 'answered'] satisfies AddressProof[];

/** A look as it was given: rejects with HERALD_CONTRACT what no look may be. */
export const soundLook = (look: NetworkLook, question: Omit<NetworkQuestion, 'signal'>): NetworkLook => {
  const { sightings, hostMacs, hostAddresses } = look;
  demand(
    sightings.length <= MAX_SIGHTINGS,
    `\`look\` gave ${sightings.length} sightings: at most ${MAX_SIGHTINGS} are wanted`,
  );
  for (const sighting of sightings) demandSighting(sighting, question);
  for (const mac of hostMacs) {
    demand(
      MacAddress.is(mac) && MacAddress.isStationAddress(mac),
      `\`hostMacs\` has ${quote(mac)}, no station’s MAC`,
    );
  }
  for (const ip of hostAddresses) {
    demand(
      IpAddress.is(ip) && IpAddress.isHostAddress(ip),
      `\`hostAddresses\` has ${quote(ip)}, no address of one host`,
    );
  }
  return look;
};

const demandSighting = (
  sighting: NetworkSighting,
  { macs, addresses }: Omit<NetworkQuestion, 'signal'>,
): void => {
  const { mac, vlan, vlanUnknown, address, proof, port, ageMs, earlierAgeMs } = sighting;
  const what = `\`look\` gave the sighting ${quote(sighting)}`;
  demand(MacAddress.is(mac) && MacAddress.isStationAddress(mac), `${what}: the MAC of a station is wanted`);
  demand(vlan === undefined || VlanId.is(vlan), `${what}: VLANs are 1 to 4094`);
  demand(vlan === undefined || vlanUnknown === undefined, `${what}: a VLAN that is not known cannot be told`);
  demand(
    address === undefined ? macs.has(mac) : addresses.has(address),
    `${what}, which was not asked about: a MAC of \`macs\`, or an address of \`addresses\`, is wanted`,
  );
  demand(
    address === undefined ? proof === undefined : PROOFS.includes(proof),
    `${what}: \`proof\` is asserted or answered where \`address\` is, and absent elsewhere`,
  );
  demand(typeof port === 'string' && port !== '', `${what}: the name of a port is wanted`);
  demand(ageMs >= 0 && Number.isFinite(ageMs), `${what}: ages are 0 ms and up`);
  demand(
    earlierAgeMs === undefined || (earlierAgeMs >= ageMs && Number.isFinite(earlierAgeMs)),
    `${what}: the frame before the last came in no later than the last`,
  );
};
