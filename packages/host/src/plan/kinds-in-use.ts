import {
  type Announcement,
  type AnnouncementKind,
  type Candidate,
  type EgressFilter,
  type GuestPolicy,
  HeraldError,
  type LearnedAddress,
  messageOf,
  type Station,
} from '@nic-herald/core';
import { DEFAULT_ANNOUNCE_KINDS } from '@nic-herald/core/internal';
import { IpAddress } from '@nic-herald/wire';

/** More kinds than this for one station are cut off: a policy is another's code. */
const MAX_KINDS = 16;

/** The kinds of frame that a policy chooses for one NIC's stations. What it chooses wrongly is kept for the report. */
export class KindsInUse {
  private readonly problems = new Map<string, HeraldError>();

  constructor(
    private readonly policy: GuestPolicy,
    private readonly kinds: ReadonlyMap<string, AnnouncementKind>,
    private readonly egress?: EgressFilter,
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
    return this.passing([...chosen]);
  }

  /** Those that the host's filter may let pass, and what is sent besides for its sake. */
  private passing(chosen: readonly string[]): readonly string[] {
    if (this.egress === undefined) return chosen;
    const { kinds = chosen, besides = [] } = this.egress;
    const more = besides.filter((name) => this.kinds.has(name) && !chosen.includes(name));
    return [...chosen.filter((name) => kinds.includes(name)), ...more];
  }

  /** What the policy sends for a candidate: one frame for each kind, or for each address of the kind's family. */
  announcementsFor({ station, evidence, addresses = [] }: Candidate): readonly Announcement[] {
    return this.of(station).flatMap((kind): Announcement[] => {
      const about = this.kinds.get(kind)?.announces ?? 'station';
      if (about === 'station') return [{ kind, station, evidence }];
      return addresses
        .filter(({ address }) => IpAddress.family(address) === about)
        .map((each) => ({ kind, station, evidence, ...addressed(each) }));
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
