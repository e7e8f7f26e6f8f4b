import {
  asHeraldError,
  type Clock,
  DEFAULT_GUEST_POLICY,
  type Guest,
  type HeraldError,
  type LearnedStation,
  messageOf,
  type NicDescriptor,
  type NicModel,
  type Snapshot,
} from '@nic-herald/core';
import {
  MAX_SNAPSHOT_NICS,
  MAX_SNAPSHOT_STATIONS,
  type NicSnapshot,
  SNAPSHOT_FORMAT,
} from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { PRIMARY_MAC, PRIMARY_MAC_LIMITS, primaryMacView } from '../plan/primary-mac.js';
import { boundedPerStation } from './bounded-per-station.js';
import { foreignMacs } from './foreign-macs.js';
import { type LearnedBounds, LearnedTable, MAX_NIC_ASKED } from './learned-table.js';
import { matchNic } from './match-nic.js';
import type { ModelRegistry } from './model-registry.js';
import { NO_OTHERS, type OthersView } from './others-view.js';
import { type NicReading, readNic, readState, viewOf } from './read-nic.js';
import { snapshotEvidence } from './snapshot-evidence.js';
import { stationContent } from './station-content.js';

/** Why a filter is incomplete where its card could not be read; the problem itself is told of besides. */
export const UNREADABLE = 'unreadable';
/** A card that could not be read is read again after this time, ms, also where events would tell of changes. */
const UNREADABLE_POLL_MS = 5000;
/** Most IP addresses in one snapshot: some 400 KiB of JSON, less than half of what a hand-off has to take. */
const MAX_HANDED_ADDRESSES = 4096;
/** Least pause between two readings of a card, ms, whatever its model asks for. */
const LEAST_POLL_MS = 100;

/** What is known of one NIC. */
interface NicKnowledge {
  /** As of the last look. */
  readonly evidence: NicEvidence;
  readonly model?: NicModel;
  /** The first state that was read of the live card. */
  readonly loaded?: unknown;
  /** The evidence of the last look that could read the card. */
  readonly read?: NicEvidence;
  /** Why the last look could not. */
  readonly problem?: HeraldError;
}

/** What changed with a look at the cards. */
export interface Refreshed {
  /** True where the next snapshot differs from the one before. */
  readonly changed: boolean;
  /** Cards that could not be read this time and could, or were not tried, before. */
  readonly problems: readonly HeraldError[];
}

/**
 * What this host knows of the NICs of one running guest. Looks at the live cards on demand and, until the
 * guest itself changes that part of its filter, keeps what the newest snapshot knew and a migration lost.
 * A card that cannot be read keeps what was known of it.
 */
export class GuestKnowledge {
  private nics: ReadonlyMap<string, NicKnowledge> | undefined;
  /** The NICs as the guest told them last. */
  private present: readonly NicDescriptor[] = [];
  private carried: Snapshot | undefined;
  private carriedAt = 0;
  private lastContent: string | undefined;
  private readonly learnedTable: LearnedTable;

  constructor(
    private readonly guest: Guest,
    private readonly registry: ModelRegistry,
    private readonly clock: Clock,
    /** The NICs as the guest tells them now. Rejects within a deadline. */
    private readonly listed: (signal: AbortSignal) => Promise<readonly NicDescriptor[]>,
    private readonly bounds: () => LearnedBounds = () => DEFAULT_GUEST_POLICY,
    private readonly others: OthersView = NO_OTHERS,
  ) {
    this.learnedTable = new LearnedTable(clock, bounds);
  }

  /** Forgets all: the guest is about to come anew, and what its cards showed before is of no meaning. */
  forget(): void {
    this.nics = undefined;
    this.carried = undefined;
    this.lastContent = undefined;
    this.learnedTable.forget();
  }

  /** Forgets what the guest was seen to use, here and where it was before: from now on it counts what it uses now. */
  beginAgain(): void {
    this.carried = undefined;
    this.learnedTable.beginAgain();
  }

  /**
   * Takes over what the newest snapshot knew, `at` the time its ages were read, by `Clock.elapsed`; the next look puts
   * back what of it the cards lost.
   */
  carry(snapshot: Snapshot | undefined, at = this.clock.elapsed()): void {
    this.carried = snapshot;
    this.carriedAt = at;
  }

  /** Takes what was learned at the ports, by NIC. True where the next snapshot names other stations than the last. */
  observe(seen: ReadonlyMap<string, readonly LearnedStation[]>): boolean {
    this.take(seen);
    return this.isNews();
  }

  /** Takes what was learned at the ports, where it is asked for news later: to find that out goes through all that is known. */
  take(seen: ReadonlyMap<string, readonly LearnedStation[]>): void {
    this.learnedTable.observe(seen);
    if (this.hasLooked) this.learnedTable.keep(this.present.map(({ id }) => id));
  }

  /** The NICs as the guest told them at the last look. */
  get descriptors(): readonly NicDescriptor[] {
    return this.present;
  }

  /** The primary MACs of the guest as of the last look: which machine it is, whatever its key. */
  get primaryMacs(): readonly MacAddress[] {
    return this.present.map(({ primaryMac }) => primaryMac);
  }

  /** True once the guest told its NICs: what is here is worth handing on. */
  get hasLooked(): boolean {
    return this.nics !== undefined;
  }

  /**
   * Looks at the cards: all of them, or those named; with `areListed` at those that were listed last. Rejects only where the
   * guest does not answer at all.
   */
  async refresh(
    signal: AbortSignal,
    only?: ReadonlySet<string>,
    { areListed = false } = {},
  ): Promise<Refreshed> {
    const descriptors = areListed ? this.present : await this.listed(signal);
    this.present = descriptors;
    const problems: HeraldError[] = [];
    const looks = descriptors.map(async (nic): Promise<[string, NicKnowledge]> => {
      const known = this.nics?.get(nic.id);
      if (known !== undefined && only?.has(nic.id) === false) {
        return [nic.id, { ...known, evidence: { ...known.evidence, nic } }];
      }
      const fresh = await this.look(nic, known, signal);
      if (fresh.problem !== undefined && known?.problem?.message !== fresh.problem.message) {
        problems.push(fresh.problem);
      }
      return [nic.id, fresh];
    });
    this.nics = new Map(await Promise.all(looks));
    return { changed: this.isNews(), problems };
  }

  /** The evidence of every NIC as of the last look, with ages of now. */
  evidence(): readonly NicEvidence[] {
    const passedMs = Math.max(0, this.clock.elapsed() - this.carriedAt);
    return this.known.map(({ evidence }) => {
      const handed = this.handed(evidence.nic);
      // The owner may be known to the other host alone; one that is named nowhere for so long is believed no more.
      const isLate = passedMs > this.bounds().learnedMaxAgeMs;
      const foreign = handed?.foreign?.filter((mac) => !isLate || !this.others.isOwnerKnown(mac)) ?? [];
      const elsewhere = handed?.elsewhere?.map((each) => ({ ...each, ageMs: each.ageMs + passedMs })) ?? [];
      const learned = this.learned(evidence.nic);
      return {
        ...evidence,
        learned,
        ...(foreign.length === 0 ? {} : { foreign }),
        ...(elsewhere.length === 0 ? {} : { elsewhere }),
      };
    });
  }

  /** What was seen elsewhere may be news. True where the next snapshot differs from the one before. */
  reconsider(): boolean {
    return this.isNews();
  }

  /** Why a NIC could not be read at the last look. */
  problemOf(nic: string): HeraldError | undefined {
    return this.nics?.get(nic)?.problem;
  }

  /** How often NICs of this guest must be read, ms, with their ids; empty where events tell of changes. */
  polls(): ReadonlyMap<number, ReadonlySet<string>> {
    const polls = new Map<number, Set<string>>();
    for (const { model, problem, evidence } of this.known) {
      if (model === undefined) continue;
      const pollMs = model.changes === 'event' ? UNREADABLE_POLL_MS : model.changes.pollMs;
      if (model.changes === 'event' && problem === undefined) continue;
      const rounded = Number.isFinite(pollMs) ? Math.max(LEAST_POLL_MS, pollMs) : UNREADABLE_POLL_MS;
      polls.set(rounded, (polls.get(rounded) ?? new Set()).add(evidence.nic.id));
    }
    return polls;
  }

  /** What is handed on: as much as every reader takes, under what is said of the guest besides. */
  snapshot(of: Omit<Snapshot, 'format' | 'nics'>): Snapshot {
    return { format: SNAPSHOT_FORMAT, ...of, nics: this.nicSnapshots() };
  }

  private get known(): readonly NicKnowledge[] {
    return [...(this.nics?.values() ?? [])];
  }

  private async look(
    nic: NicDescriptor,
    known: NicKnowledge | undefined,
    signal: AbortSignal,
  ): Promise<NicKnowledge> {
    const reading = await readNic(this.guest, nic, this.registry, this.clock, signal);
    if (!('state' in reading)) return this.unread(nic, known, reading);
    const { model, state: live } = reading;
    const loaded = known?.loaded ?? live;
    try {
      const state = this.restored(model, nic, live, loaded);
      const filter = viewOf(model, state);
      const { limits, name } = model;
      const read = { nic, model: name, limits, source: 'live', state, filter, learned: [] } as const;
      return { evidence: read, model, loaded, read };
    } catch (error) {
      const words = messageOf(error);
      const message = `the model ${model.name} failed on ${nic.id}: ${words}`;
      const details = { nic: nic.id, model: model.name };
      const problem = asHeraldError(error, 'HERALD_MODEL_FAULT', message, details);
      return this.unread(nic, known, { model, problem });
    }
  }

  /** A card that could not be read: what was known of it stays, unless its model says that there is nothing. */
  private unread(
    nic: NicDescriptor,
    known: NicKnowledge | undefined,
    { model, problem }: Pick<Extract<NicReading, { problem?: unknown }>, 'model' | 'problem'>,
  ): NicKnowledge {
    const meaning = problem?.message ?? `no plugin knows cards of type ${nic.type}`;
    const incomplete = { reason: problem === undefined ? 'no-model' : UNREADABLE, meaning };
    const before =
      problem === undefined || problem.code === NOT_ENABLED ? undefined : this.before(nic, known);
    const evidence: NicEvidence =
      before === undefined
        ? {
            nic,
            model: PRIMARY_MAC,
            limits: PRIMARY_MAC_LIMITS,
            source: 'primary-mac',
            filter: primaryMacView(incomplete.reason, meaning),
            learned: [],
          }
        : {
            ...before,
            nic,
            filter: { ...before.filter, incomplete: [...before.filter.incomplete, incomplete] },
          };
    return {
      evidence,
      ...(model === undefined ? {} : { model }),
      ...(problem === undefined ? {} : { problem }),
      ...(known?.loaded === undefined ? {} : { loaded: known.loaded }),
      ...(before === undefined ? {} : { read: before }),
    };
  }

  private before(nic: NicDescriptor, known: NicKnowledge | undefined): NicEvidence | undefined {
    if (known?.read !== undefined) return known.read;
    const { evidence } = snapshotEvidence(nic, this.handed(nic), this.registry);
    return evidence.state === undefined ? undefined : evidence;
  }

  /** What was carried here of a NIC. */
  private handed(nic: NicDescriptor): NicSnapshot | undefined {
    return matchNic(nic, this.present, this.carried);
  }

  private restored(model: NicModel, nic: NicDescriptor, live: unknown, loaded: unknown): unknown {
    const carried = this.handed(nic);
    if (model.restore === undefined || carried?.state === undefined || carried.model !== model.name) {
      return live;
    }
    let before: unknown;
    try {
      before = readState(model, carried.state);
    } catch {
      return live; // told of when the plan was made from it
    }
    return model.restore({ live, loaded, carried: before });
  }

  private learned(nic: NicDescriptor): readonly LearnedStation[] {
    const handed = this.handed(nic);
    return this.learnedTable.of(
      nic.id,
      handed === undefined ? undefined : { stations: handed.learned, at: this.carriedAt },
    );
  }

  private nicSnapshots(): readonly NicSnapshot[] {
    const ownedByOthers = this.others.ownedByOthers(this.primaryMacs);
    const all = this.evidence();
    const elsewhereOf = this.others.elsewhere(all);
    const handedOn = all
      .filter(({ nic }) => MacAddress.isStationAddress(nic.primaryMac))
      .slice(0, MAX_SNAPSHOT_NICS);
    const mostAddresses = Math.floor(MAX_HANDED_ADDRESSES / Math.max(1, handedOn.length));
    const mostAsked = Math.floor(MAX_NIC_ASKED / Math.max(1, handedOn.length));
    return handedOn.map((evidence) => {
      const { nic, model, state, learned } = evidence;
      // Once the hand-off was asked here, it tells itself whose a MAC is: else one wrong claim would be handed on for good.
      const unasked = evidence.foreign?.filter((mac) => !this.others.isOwnerKnown(mac)) ?? [];
      const foreign = foreignMacs({ ...evidence, foreign: unasked }, ownedByOthers).slice(
        0,
        MAX_SNAPSHOT_STATIONS,
      );
      const elsewhere = (elsewhereOf.get(nic.id) ?? []).slice(0, MAX_SNAPSHOT_STATIONS);
      return {
        id: nic.id,
        primaryMac: nic.primaryMac,
        model,
        ...(state === undefined ? {} : { state }),
        learned: boundedPerStation(
          boundedPerStation(learned.slice(0, MAX_SNAPSHOT_STATIONS), 'addresses', mostAddresses),
          'asked',
          mostAsked,
        ),
        ...(foreign.length === 0 ? {} : { foreign }),
        ...(elsewhere.length === 0 ? {} : { elsewhere }),
      };
    });
  }

  /** True where the next snapshot says other things than when this was asked last, also by mere passing of time. */
  private isNews(): boolean {
    const content = this.content();
    const isNews = content !== this.lastContent;
    this.lastContent = content;
    return isNews;
  }

  /** What the snapshot would say, but for the ages and the order they make: they change by themselves. */
  private content(): string | undefined {
    if (this.nics === undefined) return undefined;
    const { learnedMaxAgeMs } = this.bounds();
    return JSON.stringify(
      this.nicSnapshots().map((nic) => ({
        ...nic,
        learned: nic.learned.map((each) => stationContent(each, learnedMaxAgeMs)).sort(),
        elsewhere: nic.elsewhere?.map(({ ageMs: _, where: __, ...each }) => JSON.stringify(each)).sort(),
      })),
    );
  }
}

/** The code with which a model says that the guest has not set its card up. */
const NOT_ENABLED = 'HERALD_NIC_NOT_ENABLED';
