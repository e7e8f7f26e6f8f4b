import { type LearnedAddress, type LearnedStation, type Station, stationKey } from '@nic-herald/core';
import type { IpAddress, MacAddress } from '@nic-herald/wire';
import { type Claim, judgeClaim } from './judge-claim.js';
import type { Ownership, OwnershipVerdict } from './ownership.js';
import { lastSeen, type Rival } from './rival.js';
import type { Turn } from './spoken-turns.js';
import { leftToOther, type NicShare } from './within-guest.js';

/** What is known of one NIC of a guest when it is judged whose its claims are. Times are of `Clock.elapsed`. */
export interface JudgedNic {
  readonly id: string;
  readonly primaryMac: MacAddress;
  /** See `networkKey`; absent: no verdict against others, unless it was handed over. */
  readonly network?: string;
  readonly learned: readonly LearnedStation[];
  /** MACs that the card lists, its own among them. */
  readonly listed: ReadonlySet<MacAddress>;
  /** When the ages in `learned` were true. */
  readonly agesAt: number;
  /** Up to when it is known whether the guest spoke here. */
  readonly knownUntil: number;
}

/** Where the rivals of a NIC's claims are found. Those of a MAC or an address may be of any VLAN. */
export interface RivalsOf {
  ofMac(nic: JudgedNic, mac: MacAddress): readonly Rival[];
  ofAddress(nic: JudgedNic, address: IpAddress): readonly Rival[];
}

/** All that is known of a guest when it is judged. */
export interface JudgedGuest {
  readonly at: number;
  readonly nics: readonly JudgedNic[];
  readonly rivals: RivalsOf;
  /** When the guest was heard at which NIC, by station. */
  turnsOf(station: Station): readonly Turn[];
  /** When nic-herald last announced a station at a NIC. */
  announcedAt(nic: string, station: Station): number | undefined;
}

/**
 * Judges whose the stations and addresses of a guest are: first between the guest's own NICs, then against everybody
 * else in the network. The untagged MAC that a card was configured with is never another guest's: QEMU announces it anyway.
 * Pure: nothing is looked up but what it is given.
 */
export const judgeGuest = (guest: JudgedGuest): Ownership => {
  const nics = new Map(guest.nics.map((nic) => [nic.id, { nic, heard: heardAt(nic) }]));
  const shares = (station: Station): readonly NicShare[] => sharesOf([...nics.values()], station, guest);

  const ofStation = (id: string, station: Station): OwnershipVerdict | undefined => {
    const known = nics.get(id);
    if (known === undefined) return undefined;
    const { nic, heard } = known;
    const left = leftToOther(id, shares(station), guest.turnsOf(station));
    if (left !== undefined) return left;
    const spoken = heard.of(station);
    const claim: Claim = {
      knownUntil: nic.knownUntil,
      ...spoken,
      ...announcedAt(guest, id, station),
    };
    const rivals = guest.rivals.ofMac(nic, station.mac).filter(onVlanOf(station, spoken === undefined));
    const isConfigured = station.mac === nic.primaryMac && station.vlan === undefined;
    return judgeClaim(claim, isConfigured ? rivals.filter(isAtOtherNic) : rivals);
  };

  const ofAddress = (id: string, station: Station, learned: LearnedAddress): OwnershipVerdict | undefined => {
    const known = nics.get(id);
    if (known === undefined) return undefined;
    const { nic } = known;
    const within = atOtherNic(guest.nics, nic, station, learned);
    if (within !== undefined) return within;
    const claim: Claim = {
      proof: learned.proof,
      spokeAt: nic.agesAt - learned.ageMs,
      knownUntil: nic.knownUntil,
      ...announcedAt(guest, id, station),
    };
    const rivals = guest.rivals
      .ofAddress(nic, learned.address)
      .filter(onVlanOf(station, false))
      // What was judged before is judged of one station: the guest may have the address at another by now.
      .filter((rival) => rival.kind !== 'handed' || rival.mac === station.mac);
    return judgeClaim(claim, rivals);
  };
  return { at: guest.at, ofStation, ofAddress };
};

/** When nic-herald announced it itself, as a claim has it. */
const announcedAt = (guest: JudgedGuest, nic: string, station: Station): Pick<Claim, 'announcedAt'> => {
  const at = guest.announcedAt(nic, station);
  return at === undefined ? {} : { announcedAt: at };
};

/** What the host that the guest came from saw: the guest uses it at another NIC. */
const isAtOtherNic = ({ kind, reason }: Rival): boolean => kind === 'handed' && reason === 'on-other-nic';

/** Rivals of one VLAN. A guess of a VLAN falls with a MAC that the guest uses at another NIC, whatever the VLAN. */
const onVlanOf =
  ({ vlan }: Station, isGuess: boolean) =>
  (rival: Rival): boolean =>
    rival.vlanUnknown !== undefined ||
    rival.vlan === vlan ||
    rival.kind === 'host' ||
    rival.kind === 'listing' ||
    (isGuess && rival.reason === 'on-other-nic');

type Spoken = Pick<Claim, 'spokeAt' | 'vlanUnknown'>;

/** When the guest was heard at a NIC: by station, and by MAC on any VLAN. */
const heardAt = ({ learned, agesAt }: JudgedNic) => {
  const byStation = new Map<string, number>();
  const byMac = new Map<MacAddress, number>();
  const unknown = new Map<MacAddress, number>();
  const latest = <K>(map: Map<K, number>, key: K, at: number): void => {
    map.set(key, Math.max(at, map.get(key) ?? at));
  };
  for (const { station, ageMs, vlanUnknown } of learned) {
    const at = agesAt - ageMs;
    latest(byMac, station.mac, at);
    if (vlanUnknown === undefined) latest(byStation, stationKey(station), at);
    else latest(unknown, station.mac, at);
  }
  return {
    of: (station: Station): Spoken | undefined => {
      const exact = byStation.get(stationKey(station));
      if (exact !== undefined) return { spokeAt: exact };
      const somewhere = unknown.get(station.mac);
      return somewhere === undefined ? undefined : { spokeAt: somewhere, vlanUnknown: true };
    },
    ofMac: (mac: MacAddress): number | undefined => byMac.get(mac),
  };
};

interface HeardNic {
  readonly nic: JudgedNic;
  readonly heard: ReturnType<typeof heardAt>;
}

/** How each NIC stands to a station. Where none was heard on its VLAN, the MAC's other VLANs tell. */
const sharesOf = (
  nics: readonly HeardNic[],
  station: Station,
  { rivals }: JudgedGuest,
): readonly NicShare[] => {
  if (nics.length < 2) return [];
  const { mac } = station;
  const having = nics.filter(({ nic, heard }) => nic.listed.has(mac) || heard.ofMac(mac) !== undefined);
  if (having.length < 2) return [];
  const isHeardThere = having.some(({ heard }) => heard.of(station) !== undefined);
  return having.map(({ nic, heard }): NicShare => {
    const spokeAt = isHeardThere ? heard.of(station)?.spokeAt : heard.ofMac(mac);
    const beside = rivals
      .ofMac(nic, mac)
      .filter(({ kind }) => kind === 'port')
      .map(lastSeen);
    return {
      nic: nic.id,
      isConfigured: nic.primaryMac === mac,
      ...(nic.network === undefined ? {} : { network: nic.network }),
      ...(spokeAt === undefined ? {} : { spokeAt }),
      ...(beside.length === 0 ? {} : { heardBesideAt: Math.max(...beside) }),
    };
  });
};

/** An address that another NIC of the guest has in the same network, by better or later proof. */
const atOtherNic = (
  nics: readonly JudgedNic[],
  own: JudgedNic,
  { vlan }: Station,
  learned: LearnedAddress,
): OwnershipVerdict | undefined => {
  const at = own.agesAt - learned.ageMs;
  const others = nics
    .filter(({ id, network }) => id !== own.id && network !== undefined && network === own.network)
    .flatMap(({ id, agesAt, learned: stations }) =>
      stations
        .filter(({ station, vlanUnknown }) => vlanUnknown === undefined && station.vlan === vlan)
        .flatMap(({ addresses = [] }) => addresses)
        .filter(({ address }) => address === learned.address)
        .map(({ proof, ageMs }) => ({ id, proof, at: agesAt - ageMs })),
    )
    .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
  const asserted = others.find(({ proof }) => proof === 'asserted');
  if (asserted !== undefined && (learned.proof === 'answered' || asserted.at > at)) {
    return { reason: 'on-other-nic', where: `NIC ${asserted.id} of this guest`, seenAt: asserted.at };
  }
  const [first] = others;
  return first === undefined || learned.proof === 'asserted'
    ? undefined
    : { reason: 'ambiguous-address', where: `NIC ${first.id} of this guest`, seenAt: first.at };
};
