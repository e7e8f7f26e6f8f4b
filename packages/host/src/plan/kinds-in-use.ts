import {
  type Announcement,
  type AnnouncementKind,
  type Candidate,
  type GuestPolicy,
  HeraldError,
  type LearnedAddress,
  messageOf,
  type NicDescriptor,
  type Station,
} from '@nic-herald/core';
import { DEFAULT_ANNOUNCE_KINDS } from '@nic-herald/core/internal';
import { IpAddress } from '@nic-herald/wire';
import { OPENING_KINDS, staysShut } from './stays-shut.js';

/** More kinds than this for one station are cut off: a policy is another's code. */
const MAX_KINDS = 16;

/** How many at most of the addresses that a station asked for are asked for again, the last first: a switch's processor answers each. */
const MOST_ASKED = 4;

/** The kinds of frame that a policy chooses for one NIC's stations. What it chooses wrongly is kept for the report. */
export class KindsInUse {
  private readonly problems = new Map<string, HeraldError>();

  constructor(
    private readonly policy: GuestPolicy,
    private readonly kinds: ReadonlyMap<string, AnnouncementKind>,
    private readonly nic: Pick<NicDescriptor, 'id' | 'port' | 'egress'>,
  ) {}

  /** What went wrong so far, each thing once. */
  get faults(): readonly HeraldError[] {
    return [...this.problems.values()];
  }

  /** Names of the known kinds that announce a station, in sending order, each once. */
  of(station: Station): readonly string[] {
    const chosen = new Set(this.chosen(station).slice(0, MAX_KINDS));
    for (const name of chosen) {
      if (this.kinds.has(name)) continue;
      chosen.delete(name);
      const known = [...this.kinds.keys()].join(', ');
      this.note(
        'HERALD_KIND_UNKNOWN',
        `the policy wants announcements of kind ${nameOf(name)}, which no plugin of this host provides; it has ${known}`,
      );
    }
    return this.passing(this.opening([...chosen]));
  }

  /** Those that open the NIC's port, where it has to be opened. */
  private opening(chosen: readonly string[]): readonly string[] {
    const shut = staysShut(this.nic, chosen);
    if (shut === undefined) return chosen;
    this.note('HERALD_PORT_STAYS_SHUT', shut);
    return OPENING_KINDS;
  }

  /** Those that the host's filter may let pass, and what is sent besides for its sake. */
  private passing(chosen: readonly string[]): readonly string[] {
    const { kinds = chosen, besides = [] } = this.nic.egress ?? {};
    const more = besides.filter((name) => this.kinds.has(name) && !chosen.includes(name));
    return [...chosen.filter((name) => kinds.includes(name)), ...more];
  }

  /** What the policy sends for a candidate: one frame for each kind, or for each address of the kind's family. */
  announcementsFor({ station, evidence, addresses = [], asked = [] }: Candidate): readonly Announcement[] {
    return this.of(station).flatMap((name): readonly Announcement[] => {
      const kind = this.kinds.get(name);
      const about = kind?.announces ?? 'station';
      const plain = { kind: name, station, evidence };
      if (about === 'station') return this.suiting(kind, [plain]);
      const family = about === 'ipv4-question' ? 'ipv4' : about;
      const own = addresses
        .filter(({ address }) => IpAddress.family(address) === family)
        .map((each) => ({ ...plain, ...addressed(each) }));
      if (about !== 'ipv4-question') return this.suiting(kind, own);
      const others = asked.map(({ address }) => address).filter(isOthers(addresses));
      const targets = others.filter((each) => IpAddress.family(each) === family).slice(0, MOST_ASKED);
      return this.suiting(
        kind,
        targets.flatMap((asksFor) => own.map((each) => ({ ...each, asksFor }))),
      );
    });
  }

  /** Those that a kind may say. One that fails says nothing: better dark than wrong. */
  private suiting(
    kind: AnnouncementKind | undefined,
    announcements: readonly Announcement[],
  ): readonly Announcement[] {
    if (kind?.suits === undefined) return announcements;
    return announcements.filter((each) => {
      try {
        return kind.suits?.(each) === true;
      } catch (error) {
        this.note(
          'HERALD_KIND_FAULT',
          `the announcement kind ${nameOf(kind.name)} failed: ${messageOf(error)}`,
        );
        return false;
      }
    });
  }

  private chosen(station: Station): readonly string[] {
    try {
      const names = this.policy.kindsFor?.(station) ?? DEFAULT_ANNOUNCE_KINDS;
      if (isList(names)) return names;
      throw new TypeError(`a list of names was expected, it gave: ${typeof names}`);
    } catch (error) {
      const words = messageOf(error);
      this.note(
        'HERALD_POLICY_FAULT',
        `the policy failed to choose kinds of announcement: ${words}; the default is sent`,
      );
      return DEFAULT_ANNOUNCE_KINDS;
    }
  }

  private note(code: HeraldError['code'], message: string): void {
    if (!this.problems.has(message)) this.problems.set(message, new HeraldError(code, message));
  }
}

const isOthers =
  (own: readonly LearnedAddress[]) =>
  (asked: IpAddress): boolean =>
    !own.some(({ address }) => address === asked);

/** A policy is another's code: what it gives may be anything. */
const isList = (names: unknown): names is readonly string[] => Array.isArray(names);

const nameOf = (name: unknown): string => (typeof name === 'string' ? name.slice(0, 40) : typeof name);

const addressed = ({
  address,
  proof,
  router,
}: LearnedAddress): Pick<Announcement, 'address' | 'proof' | 'router'> => ({
  address,
  proof,
  ...(router === undefined ? {} : { router }),
});
