import { type Clock, type Station, type StationKey, stationKey } from '@nic-herald/core';
import { MAX_PLACE, type SeenElsewhere } from '@nic-herald/core/internal';
import type { IpAddress, MacAddress } from '@nic-herald/wire';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { claimedThere, listedMacs } from './claimed-there.js';
import { handedRivals } from './handed-rivals.js';
import type { GuestHere } from './heard-here.js';
import type { ClaimsThere } from './joint-survey.js';
import { type JudgedNic, judgeGuest, type RivalsOf } from './judge-guest.js';
import type { Neighbourhood } from './neighbourhood.js';
import { bridgeKey, networkKey, networkName } from './network-key.js';
import type { Ownership } from './ownership.js';
import type { Rival } from './rival.js';
import { RivalMemory } from './rival-memory.js';
import { isSameSet } from './same-set.js';
import { seenAtPorts } from './seen-at-ports.js';
import { StationTurns } from './station-turns.js';
import { toldElsewhere } from './told-elsewhere.js';

/** How evidence is to be read. */
export interface JudgedAs {
  /** When its ages were true, by `Clock.elapsed`; absent: now, and the guest runs here. */
  readonly agesAt?: number;
}

/** What the host itself has in a network. */
interface OwnThere {
  readonly where: string;
  readonly macs: ReadonlySet<MacAddress>;
  readonly addresses: ReadonlySet<IpAddress>;
}

const printOf = (claims: ReturnType<typeof claimedThere>): string =>
  [...claims].map(([network, all]) => [network, ...all.macs, ...all.addresses].join()).join(';');

/** Whose the stations of one guest are: keeps what was seen elsewhere while it ran here, and judges. */
export class GuestOwnership {
  private readonly memory = new RivalMemory();
  private readonly turns = new StationTurns();
  /** By network. */
  private readonly hostsOwn = new Map<string, OwnThere>();
  /** When nic-herald last put in a frame of a station, by NIC. */
  private readonly announced = new Map<string, Map<StationKey, number>>();
  /** When each NIC's port was last read. */
  private readonly readAt = new Map<string, number>();
  /** What was looked for last, and when. */
  private looked = { print: '', at: Number.NEGATIVE_INFINITY };
  /** What it claimed at the last look, by network, where that showed all of its networks. */
  private claimed: ReadonlyMap<string, ClaimsThere> | undefined;
  private since = Number.POSITIVE_INFINITY;
  private until = Number.POSITIVE_INFINITY;

  constructor(
    /** The guest as it is known now. */
    private readonly self: () => GuestHere,
    private readonly neighbourhood: Neighbourhood,
    private readonly clock: Clock,
  ) {}

  /** The guest begins to run here: what was seen elsewhere before was itself. */
  arrived(): void {
    this.memory.forget();
    this.turns.forget();
    this.since = this.clock.elapsed();
    this.until = Number.POSITIVE_INFINITY;
  }

  /** It stops: what is seen elsewhere from now on may be where it goes. */
  stopped(): void {
    this.until = Math.min(this.until, this.clock.elapsed());
  }

  /** It goes on where it was. */
  wentOn(): void {
    this.until = Number.POSITIVE_INFINITY;
  }

  /** nic-herald put in frames of these stations at a NIC. */
  injected(nic: string, stations: readonly Station[]): void {
    const at = this.clock.elapsed();
    const known = this.announced.get(nic) ?? new Map<StationKey, number>();
    this.announced.set(nic, known);
    for (const station of stations) known.set(stationKey(station), at);
  }

  /** The ports of these NICs were just read; `evidence` has what was learned there, with ages of now. */
  heard(nics: Iterable<string>, evidence: readonly NicEvidence[]): void {
    const at = this.clock.elapsed();
    for (const nic of nics) this.readAt.set(nic, at);
    this.turns.note(evidence, at);
    const ports = evidence.flatMap(({ nic, learned, filter }) => {
      const network = networkKey(nic.port);
      if (nic.port === undefined || network === undefined) return [];
      const listed = new Set(listedMacs({ nic, filter }).filter((mac) => mac !== nic.primaryMac));
      const { name: port } = nic.port;
      return [{ network, networkName: networkName(nic.port), port, learned, agesAt: at, listed }];
    });
    this.neighbourhood.wasRead(this.self(), ports);
  }

  /**
   * Looks at the networks of these NICs for what the guest claims there. False where what is known to be another's is what
   * it was before: nothing of what it claims. Never rejects. Not done again where the same was looked for within `freshMs`.
   */
  async look(
    evidence: readonly NicEvidence[],
    { signal, freshMs = 0 }: { readonly signal?: AbortSignal | undefined; readonly freshMs?: number } = {},
  ): Promise<boolean> {
    const claims = claimedThere(evidence);
    let isNews = !this.memory.isEmpty;
    const print = printOf(claims);
    const at = this.clock.elapsed();
    if (print === this.looked.print && at - this.looked.at < freshMs) return isNews;
    this.looked = { print, at };
    this.claimed = undefined;
    this.memory.keep(claims);
    const shown = new Map<string, ClaimsThere>();
    const looks = evidence.map(async ({ nic: { port } }) => {
      const network = networkKey(port);
      const claimed = network === undefined ? undefined : claims.get(network);
      if (port === undefined || network === undefined || claimed === undefined) return;
      const look = await this.neighbourhood.look(port, claimed, signal);
      if (look === undefined) return;
      const { heard, host } = this.neighbourhood;
      const where = `host ${host} itself, in ${networkName(port)}`.slice(0, MAX_PLACE);
      const { hostMacs, hostAddresses, sightings } = look;
      const known = this.hostsOwn.get(network);
      isNews ||= !isSameSet(known?.macs, hostMacs) || !isSameSet(known?.addresses, hostAddresses);
      this.hostsOwn.set(network, { where, macs: hostMacs, addresses: hostAddresses });
      const own = new Set(
        evidence.flatMap(({ nic: { port: each } }) =>
          bridgeKey(networkKey(each)) === bridgeKey(network) ? [each?.name ?? ''] : [],
        ),
      );
      const { since, until } = this;
      const now = this.clock.elapsed();
      shown.set(network, { ...claimed, port, own });
      const by = { self: this.self(), port, network, own, heard, host, now, since, until };
      this.memory.remember(network, seenAtPorts(sightings, by));
    });
    await Promise.all(looks);
    if (shown.size === claims.size && this.looked.at === at) this.claimed = shown;
    return isNews || !this.memory.isEmpty;
  }

  /**
   * What it claims, by network, where another look can only add that one of that is seen elsewhere; else
   * `undefined`: where something was seen elsewhere before, where a network could not be looked at, and before the first look.
   */
  get claims(): ReadonlyMap<string, ClaimsThere> | undefined {
    return this.memory.isEmpty ? this.claimed : undefined;
  }

  /** Whether no other is known to have, or to list, what it claims: no verdict changes by the passing of time. */
  get isUndisputed(): boolean {
    const { claims } = this;
    if (claims === undefined) return false;
    const { heard } = this.neighbourhood;
    const self = this.self();
    return [...claims].every(
      ([network, { macs, addresses }]) =>
        [...macs].every((mac) => heard.ofMac(self, network, mac).length === 0) &&
        [...addresses].every((address) => heard.ofAddress(self, network, address).length === 0),
    );
  }

  /** The ports of these NICs were just read, and it was not heard there since the last time. */
  silent(nics: Iterable<string>): void {
    const at = this.clock.elapsed();
    for (const nic of nics) this.readAt.set(nic, at);
    this.neighbourhood.wasSilent(this.self());
  }

  /** Nothing of `claims` is seen elsewhere now: as good as a look. */
  isAlone(): void {
    this.looked = { ...this.looked, at: this.clock.elapsed() };
  }

  /** Has the guests beside it read their ports, where that was not done just now. Never rejects. */
  freshen(evidence: readonly NicEvidence[]): Promise<void> {
    return this.neighbourhood.freshen(this.self(), new Set(claimedThere(evidence).keys()));
  }

  /** Judges by all that is known. */
  judge(evidence: readonly NicEvidence[], { agesAt }: JudgedAs = {}): Ownership {
    const now = this.clock.elapsed();
    return judgeGuest({
      at: now,
      nics: evidence.map((each) => this.judgedNic(each, agesAt, now)),
      rivals: this.rivalsOf(evidence, agesAt ?? now),
      turnsOf: (station) => this.turns.of(station),
      announcedAt: (nic, station) => this.announced.get(nic)?.get(stationKey(station)),
    });
  }

  /** What is to be told to the host the guest goes to, by NIC: each claim that is another's. */
  elsewhereOf(
    evidence: readonly NicEvidence[],
    ownership: Ownership = this.judge(evidence),
  ): ReadonlyMap<string, readonly SeenElsewhere[]> {
    return new Map(
      evidence.map((each) => {
        const network = networkKey(each.nic.port);
        const rivals = (mac: MacAddress): readonly Rival[] =>
          network === undefined ? [] : this.memory.ofMac(network, mac);
        return [each.nic.id, toldElsewhere(each, ownership, rivals)];
      }),
    );
  }

  private judgedNic(
    { nic, learned, filter }: NicEvidence,
    agesAt: number | undefined,
    now: number,
  ): JudgedNic {
    const network = networkKey(nic.port);
    return {
      id: nic.id,
      primaryMac: nic.primaryMac,
      ...(network === undefined ? {} : { network }),
      learned,
      listed: new Set(listedMacs({ nic, filter })),
      agesAt: agesAt ?? now,
      knownUntil: agesAt === undefined ? Math.min(this.readAt.get(nic.id) ?? now, this.until) : now,
    };
  }

  /** What was handed over of a NIC, what the host has itself, what its other guests were heard to use, what was seen. */
  private rivalsOf(evidence: readonly NicEvidence[], agesAt: number): RivalsOf {
    const { memory } = this;
    const { heard } = this.neighbourhood;
    const self = this.self();
    const handed = new Map(
      evidence.map(({ nic, elsewhere = [] }) => [nic.id, handedRivals(elsewhere, agesAt)]),
    );
    return {
      ofMac: ({ id, network }, mac) => [
        ...(handed.get(id) ?? []).filter((rival) => rival.address === undefined && rival.mac === mac),
        ...(network === undefined
          ? []
          : [
              ...this.hostRival(network, { mac }),
              ...heard.ofMac(self, network, mac),
              ...memory.ofMac(network, mac),
            ]),
      ],
      ofAddress: ({ id, network, primaryMac: mac }, address) => [
        ...(handed.get(id) ?? []).filter((rival) => rival.address === address),
        ...(network === undefined
          ? []
          : [
              ...this.hostRival(network, { mac, address }),
              ...heard.ofAddress(self, network, address),
              ...memory.ofAddress(network, address),
            ]),
      ],
    };
  }

  private hostRival(network: string, subject: Pick<Rival, 'mac' | 'address'>): readonly Rival[] {
    const own = this.hostsOwn.get(network);
    const { mac, address } = subject;
    const isHosts = address === undefined ? own?.macs.has(mac) : own?.addresses.has(address);
    if (own === undefined || isHosts !== true) return [];
    return [{ kind: 'host', ...subject, vlanUnknown: true, where: own.where, times: [this.clock.elapsed()] }];
  }
}
