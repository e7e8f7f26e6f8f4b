import {
  type AnnounceContext,
  type AnnounceHandler,
  type Announcement,
  type Candidate,
  type FilterView,
  type NicDescriptor,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { captureAll, type ModelUnderTest, readFilter } from './model-under-test.js';
import { outcomeOfCall } from './outcome.js';

const NO_HANDLER = 'no `handler` was given: the host sends what the policy says for each candidate';
/**
 * The most announcements per candidate that are taken for sound here. A host cuts a handler off after as many as the
 * policy says for all candidates, and this many per candidate on top.
 */
const MOST_PER_CANDIDATE = 8;

/** What an announce handler yields for the states of its model's cards. */
export const announceHandlerCases = <S>(
  test: ModelUnderTest<S>,
  handler: (() => AnnounceHandler<S>) | undefined,
): readonly ContractCase[] => {
  const absent = handler === undefined ? { skip: NO_HANDLER } : {};
  return [
    {
      name: 'has an announce handler that speaks for it',
      ...absent,
      run: async () => {
        const [speaksFor, name] = [handler?.().model, test.model().name];
        demand(
          speaksFor === name,
          `the handler's \`model\` is ${quote(speaksFor)}, the model's \`name\` is ${quote(name)}: they must be the same`,
        );
      },
    },
    {
      name: 'has an announce handler that announces the primary, and only what may be announced',
      ...absent,
      run: async () => {
        if (handler === undefined) return;
        for (const { card, device, state } of await captureAll(test)) {
          const filter = readFilter(test.model(), state, `the state of ${card}`);
          demandAnnouncements(handler(), contextOf(device.nic, filter, { state }), card);
          const bare: FilterView = { unicast: [], multicast: [], vlans: 'unknown', incomplete: [] };
          demandAnnouncements(
            handler(),
            contextOf(device.nic, bare, {}),
            `${card}, of which no state is to be had`,
          );
        }
      },
    },
  ];
};

const contextOf = <S>(
  nic: NicDescriptor,
  filter: FilterView,
  known: { readonly state?: S },
): AnnounceContext<S> => {
  const own = filter.currentMac ?? nic.primaryMac;
  const learned = stationOf(MacAddress.of('52:54:00:fe:dc:ba'), VlanId.of(7));
  const vlans = filter.vlans === 'unknown' ? [] : filter.vlans.slice(0, 8);
  const all: readonly Candidate[] = [
    { station: stationOf(own), evidence: 'primary' },
    {
      station: learned,
      evidence: 'learned',
      ageMs: 100,
      addresses: [{ address: Ipv4Address.of('192.0.2.7'), proof: 'asserted', ageMs: 100 }],
    },
    ...filter.unicast.map((mac): Candidate => ({ station: stationOf(mac), evidence: 'filter' })),
    ...vlans.map((vlan): Candidate => ({ station: stationOf(own, vlan), evidence: 'paired' })),
  ];
  const each = new Map(all.toReversed().map((candidate) => [stationKey(candidate.station), candidate]));
  const candidates = [...each.values()].toReversed();
  return { nic, filter, candidates, announcementsFor, ...known };
};

/** A policy that sends a RARP for each station, and a gratuitous ARP for each of its addresses. */
const announcementsFor = ({ station, evidence, addresses = [] }: Candidate): readonly Announcement[] => [
  { kind: 'rarp', station, evidence },
  ...addresses.map(({ address, proof }) => ({ kind: 'garp', station, evidence, address, proof })),
];

const demandAnnouncements = <S>(
  handler: AnnounceHandler<S>,
  context: AnnounceContext<S>,
  card: string,
): void => {
  const outcome = outcomeOfCall(() => taken(handler, context));
  if ('thrown' in outcome) {
    throw contractBroken(
      `the announce handler threw for ${card}: ${inWords(outcome.thrown)}. It must do with what it is given, \`state\` may be absent`,
      outcome.thrown,
    );
  }
  const { announcements, ended } = outcome.value;
  demand(
    ended,
    `the announce handler yielded more than ${announcements.length} announcements for ${context.candidates.length} ` +
      `candidates of ${card}: a host cuts it off; at most ${MOST_PER_CANDIDATE} per candidate`,
  );
  const evidence = new Map(
    context.candidates.map((candidate) => [stationKey(candidate.station), candidate.evidence]),
  );
  for (const announcement of announcements) {
    const fault = announcementFault(announcement, evidence);
    if (fault !== undefined)
      throw contractBroken(`the announce handler yielded ${quote(announcement)} for ${card}: ${fault}`);
  }
  demand(
    announcements.some((announcement) => announcement.evidence === 'primary'),
    `the announce handler left out the primary MAC of ${card}: never announce less than QEMU does`,
  );
};

const taken = <S>(handler: AnnounceHandler<S>, context: AnnounceContext<S>) => {
  const announcements: Announcement[] = [];
  const most = MOST_PER_CANDIDATE * context.candidates.length;
  for (const announcement of handler.announcements(context)) {
    if (announcements.length >= most) return { announcements, ended: false };
    announcements.push(announcement);
  }
  return { announcements, ended: true };
};

const announcementFault = (
  announcement: Announcement,
  known: ReadonlyMap<string, Candidate['evidence']>,
): string | undefined => {
  const { kind, station, evidence } = announcement;
  if (typeof kind !== 'string' || kind === '') return '`kind` names a kind of frame, such as rarp';
  const { mac, vlan } = station;
  if (!MacAddress.is(mac) || !MacAddress.isStationAddress(mac))
    return '`station.mac` is no address of a station';
  if (vlan !== undefined && !VlanId.is(vlan)) return '`station.vlan` is no VLAN from 1 to 4094';
  const candidate = known.get(stationKey(station));
  if (candidate === undefined) {
    return evidence === 'filter' || evidence === 'paired'
      ? undefined
      : `it is not among the candidates, so its evidence can be \`filter\` or \`paired\`, not ${quote(evidence)}`;
  }
  return evidence === candidate
    ? undefined
    : `the candidate's evidence is \`${candidate}\`: pass it on as it is`;
};
