import {
  type Candidate,
  DEFAULT_GUEST_POLICY,
  type FilterView,
  type GuestPolicy,
  type LearnedStation,
  type NicDescriptor,
  type Station,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { HOST_KINDS } from '../src/kinds/host-kinds.js';
import type { NicEvidence } from '../src/plan/nic-evidence.js';
import type { PlanRules } from '../src/plan/plan-rules.js';
import { UNDISPUTED } from './undisputed.js';

/** `52:54:00:00:00:<number>`, the number from 0 to 65535. */
export const mac = (number: number): MacAddress =>
  MacAddress.of(`52:54:00:00:${hex(number >> 8)}:${hex(number & 0xff)}`);

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** A station of `mac(number)`. */
export const station = (number: number, vlan?: number): Station =>
  stationOf(mac(number), vlan === undefined ? undefined : VlanId.of(vlan));

/** A NIC whose primary MAC is `mac(0)`. */
export const NIC: NicDescriptor = {
  id: 'nic0',
  type: 'virtio-net-pci',
  primaryMac: mac(0),
  port: { kind: 'tap', name: 'tap0' },
};

/** A filter that lists nothing but what is given. */
export const filterOf = (over: Partial<FilterView> = {}): FilterView => ({
  unicast: [],
  multicast: [],
  vlans: [],
  incomplete: [],
  ...over,
});

/** Evidence of `NIC`: an empty card of 64 MACs and 4094 VLANs, but for what is given. */
export const evidenceOf = (over: Partial<NicEvidence> = {}): NicEvidence => ({
  nic: NIC,
  model: 'virtio-net',
  limits: { unicast: 64, multicast: 64, shared: 64, vlans: 4094 },
  source: 'live',
  filter: filterOf(),
  learned: [],
  ...over,
});

/** The default rules, but for what is given. */
export const rulesOf = (over: Partial<GuestPolicy> = {}, rules: Partial<PlanRules> = {}): PlanRules => ({
  nic: NIC,
  policy: { ...DEFAULT_GUEST_POLICY, ...over },
  ownedByOthers: new Set(),
  ownership: UNDISPUTED,
  kinds: new Map(HOST_KINDS.map((kind) => [kind.name, kind])),
  ...rules,
});

/** `1/10 paired`: stations in few words, the MAC by its last two bytes. */
export const words = ({ station: { mac: address, vlan }, evidence }: Candidate): string =>
  `${Number.parseInt(address.slice(12).replace(':', ''), 16)}${vlan === undefined ? '' : `/${vlan}`} ${evidence}`;

/** Sorted keys of stations. */
export const keysOf = (all: readonly { readonly station: Station }[]): readonly string[] =>
  all.map((each) => stationKey(each.station)).sort((a, b) => (a < b ? -1 : 1));

/** A learned station: of `mac(number)`, seen so long ago. */
export const learned = (number: number, vlan?: number, ageMs = 0): LearnedStation => ({
  station: station(number, vlan),
  ageMs,
});

/** A MAC that was seen by a learner that does not look at VLANs. */
export const seenSomewhere = (number: number, ageMs = 0): LearnedStation => ({
  ...learned(number, undefined, ageMs),
  vlanUnknown: true,
});
