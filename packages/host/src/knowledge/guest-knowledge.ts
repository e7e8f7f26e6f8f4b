import {
  asHeraldError,
  type Clock,
  type Guest,
  type GuestKey,
  type HeraldError,
  type NicDescriptor,
  type NicModel,
  type NicSnapshot,
  SNAPSHOT_FORMAT,
  type Snapshot,
  type Station,
} from '@nic-herald/core';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { PRIMARY_MAC, PRIMARY_MAC_LIMITS, primaryMacView } from '../plan/primary-mac.js';
import { matchNic } from './match-nic.js';
import type { ModelRegistry } from './model-registry.js';
import { readNic, readState, viewOf } from './read-nic.js';

/** Learned stations older than this are forgotten, ms: what a switch's table does by default (802.1D, 300 s). */
export const LEARNED_MAX_AGE_MS = 300_000;

interface SeenStation {
  readonly station: Station;
  readonly seenAt: number;
}

/** What is known of one NIC: the first and the latest look at the live card, and what was carried here. */
interface NicKnowledge {
  readonly evidence: NicEvidence;
  readonly model?: NicModel;
  readonly loaded?: unknown;
  readonly learned: readonly SeenStation[];
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
 */
export class GuestKnowledge {
  private nics: ReadonlyMap<string, NicKnowledge> = new Map();
  private carried: Snapshot | undefined;
  private carriedAt = 0;

  constructor(
    private readonly guest: Guest,
    private readonly registry: ModelRegistry,
    private readonly clock: Clock,
  ) {}

  /** Takes over what the newest snapshot knew, before the first look at the cards. */
  carry(snapshot: Snapshot | undefined): void {
    this.carried = snapshot;
    this.carriedAt = this.clock.now();
  }

  /** Looks at the cards: all of them, or those named. Rejects only where the guest does not answer at all. */
  async refresh(signal: AbortSignal, only?: ReadonlySet<string>): Promise<Refreshed> {
    const before = JSON.stringify(this.nicSnapshots(0));
    const descriptors = await this.guest.nics({ signal });
    const next = new Map<string, NicKnowledge>();
    const problems: HeraldError[] = [];
    for (const nic of descriptors) {
      const known = this.nics.get(nic.id);
      if (known !== undefined && only?.has(nic.id) === false) {
        next.set(nic.id, { ...known, evidence: { ...known.evidence, nic } });
        continue;
      }
      const fresh = await this.look(nic, known, signal);
      if (fresh.problem !== undefined && known?.problem?.message !== fresh.problem.message) {
        problems.push(fresh.problem);
      }
      next.set(nic.id, fresh);
    }
    this.nics = next;
    return { changed: JSON.stringify(this.nicSnapshots(0)) !== before, problems };
  }

  /** The evidence of every NIC as of the last look. */
  evidence(): readonly NicEvidence[] {
    return [...this.nics.values()].map(({ evidence, learned }) => ({
      ...evidence,
      learned: this.aged(learned, this.clock.now()),
    }));
  }

  /** Why a NIC could not be read at the last look. */
  problemOf(nic: string): HeraldError | undefined {
    return this.nics.get(nic)?.problem;
  }

  /** How often NICs of this guest must be read, ms, with their ids; empty where events tell of changes. */
  polls(): ReadonlyMap<number, ReadonlySet<string>> {
    const polls = new Map<number, Set<string>>();
    for (const [id, { model }] of this.nics) {
      if (model === undefined || model.changes === 'event') continue;
      const ids = polls.get(model.changes.pollMs) ?? new Set();
      polls.set(model.changes.pollMs, ids.add(id));
    }
    return polls;
  }

  /** What is handed on. */
  snapshot(guest: GuestKey, host: string, epoch: number): Snapshot {
    return { format: SNAPSHOT_FORMAT, guest, host, epoch, nics: this.nicSnapshots(this.clock.now()) };
  }

  private async look(
    nic: NicDescriptor,
    known: NicKnowledge | undefined,
    signal: AbortSignal,
  ): Promise<NicKnowledge> {
    const reading = await readNic(this.guest, nic, this.registry, this.clock, signal);
    const learned = known?.learned ?? this.carriedLearned(nic);
    if (!('state' in reading)) {
      const { model, problem } = reading;
      const meaning = problem?.message ?? `no plugin knows cards of type ${nic.type}`;
      const evidence: NicEvidence = {
        nic,
        model: PRIMARY_MAC,
        limits: PRIMARY_MAC_LIMITS,
        source: 'primary-mac',
        filter: primaryMacView(problem === undefined ? 'no-model' : 'unreadable', meaning),
        learned: [],
      };
      return {
        evidence,
        learned,
        ...(model === undefined ? {} : { model }),
        ...(problem === undefined ? {} : { problem }),
        ...(known?.loaded === undefined ? {} : { loaded: known.loaded }),
      };
    }
    const { model, state: live } = reading;
    const loaded = known?.loaded ?? live;
    try {
      const state = this.restored(model, nic, live, loaded);
      const filter = viewOf(model, state);
      const evidence = {
        nic,
        model: model.name,
        limits: model.limits,
        source: 'live',
        state,
        filter,
        learned: [],
      } as const;
      return { evidence, model, loaded, learned };
    } catch (error) {
      const problem = asHeraldError(
        error,
        'HERALD_MODEL_FAULT',
        `the model ${model.name} failed on ${nic.id}: ${error instanceof Error ? error.message : String(error)}`,
        { nic: nic.id, model: model.name },
      );
      const filter = primaryMacView('unreadable', problem.message);
      const evidence = {
        nic,
        model: PRIMARY_MAC,
        limits: PRIMARY_MAC_LIMITS,
        source: 'primary-mac',
        filter,
        learned: [],
      } as const;
      return { evidence, model, loaded, learned, problem };
    }
  }

  private restored(model: NicModel, nic: NicDescriptor, live: unknown, loaded: unknown): unknown {
    const carried = matchNic(nic, this.carried);
    if (model.restore === undefined || carried?.state === undefined || carried.model !== model.name)
      return live;
    let before: unknown;
    try {
      before = readState(model, carried.state);
    } catch {
      return live; // told of when the plan was made from it
    }
    return model.restore({ live, loaded, carried: before });
  }

  private carriedLearned(nic: NicDescriptor): readonly SeenStation[] {
    const learned = matchNic(nic, this.carried)?.learned ?? [];
    return learned.map(({ station, ageMs }) => ({ station, seenAt: this.carriedAt - ageMs }));
  }

  private aged(learned: readonly SeenStation[], now: number): NicSnapshot['learned'] {
    return learned
      .map(({ station, seenAt }) => ({ station, ageMs: Math.max(0, now - seenAt) }))
      .filter(({ ageMs }) => ageMs <= LEARNED_MAX_AGE_MS);
  }

  private nicSnapshots(now: number): readonly NicSnapshot[] {
    return [...this.nics.values()].map(({ evidence, learned }) => ({
      id: evidence.nic.id,
      primaryMac: evidence.nic.primaryMac,
      model: evidence.model,
      ...(evidence.state === undefined ? {} : { state: evidence.state }),
      learned: this.aged(learned, now),
    }));
  }
}
