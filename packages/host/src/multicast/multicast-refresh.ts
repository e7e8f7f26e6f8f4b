import {
  type CancelTimer,
  type Clock,
  type MulticastRefreshReport,
  type MulticastReports,
  messageOf,
} from '@nic-herald/core';
import type { ChannelSet, GuestChannels } from '../announce/channel-set.js';
import { reportsSince } from '../learn/reports-since.js';
import { NicQueries } from './nic-queries.js';
import type { QueryPlan } from './query-plan.js';

/** What was counted at the ports of a guest, by NIC id; a NIC where nobody counts is not there. */
export type ReportCounts = ReadonlyMap<string, readonly MulticastReports[]>;

/** The ports of one guest, as an announcement needs them. */
export interface GuestPorts extends ReportCounter {
  readonly channels: ChannelSet;
}

/** Who counts at the ports of a guest. */
export interface ReportCounter {
  /** Reads what the guest told of its groups so far. */
  countReports(): Promise<ReportCounts>;
}

/** How long the report waits for a port that is still being opened when the rounds are over, ms. */
const OPENED_AFTER_MS = 100;

interface Asked {
  readonly queries?: NicQueries;
  readonly problem?: string;
}

/**
 * Has a guest that is announced tell of its multicast groups anew, so that snooping switches learn where they are:
 * each round of announcements is followed by queries to the guest alone, whose reports then leave at its port as
 * they always do. On the uplink a query of ours could win the querier election, so none goes there. What fails costs
 * the refresh and never the announcement: nothing here is waited for.
 */
export class MulticastRefresh {
  private readonly nics = new Map<string, Asked>();
  private opening: Promise<void> = Promise.resolve();
  private before: Promise<ReportCounts> | undefined;
  private hasBegun = false;
  private isCancelled = false;
  private wake: () => void = () => {};

  constructor(
    private readonly channels: GuestChannels,
    private readonly ports: ReportCounter,
    private readonly clock: Clock,
  ) {}

  /** Makes ready what is not ready yet: to be asked with every later round, at once where a round was before. */
  add(plans: readonly QueryPlan[]): void {
    const reachable = plans.filter(({ nic }) => nic.port !== undefined);
    if (reachable.length === 0 || this.isCancelled) return;
    this.before ??= this.count();
    for (const { nic } of reachable) {
      if (!this.nics.has(nic.id))
        this.nics.set(nic.id, { problem: `its port ${nic.port?.name} was not open in time` });
    }
    this.opening = this.opening.then(async () => {
      for (const plan of reachable) this.nics.set(plan.nic.id, await this.made(plan));
    });
  }

  /** A round of announcements is out. Quick: it is called on the hot path, and sends only after it. */
  round(): void {
    this.hasBegun = true;
    for (const { queries } of this.nics.values()) queries?.ask();
  }

  /** Asks no more: the guest stopped, or left. */
  cancel(): void {
    this.isCancelled = true;
    for (const { queries } of this.nics.values()) queries?.cancel();
    this.wake();
  }

  /**
   * What was asked and told, by NIC id, once the answers are in; NICs where nothing was asked and nothing is wrong
   * are left out. To be called when the rounds are over. Never rejects.
   */
  async report(): Promise<ReadonlyMap<string, MulticastRefreshReport>> {
    if (this.nics.size === 0) return new Map();
    await Promise.race([this.opening, this.pause(OPENED_AFTER_MS)]);
    this.wake();
    await this.answered();
    const [before, after] = [await this.before, await this.count()];
    const reports = new Map<string, MulticastRefreshReport>();
    for (const [nic, asked] of this.nics) {
      const report = this.reportOf(asked, reportsSince(before?.get(nic), after.get(nic)));
      if (report !== undefined) reports.set(nic, report);
    }
    return reports;
  }

  private async made({ nic, vlans, problem }: QueryPlan): Promise<Asked> {
    const known = this.nics.get(nic.id)?.queries;
    try {
      const queries = known ?? (await this.open(nic));
      if (this.isCancelled) return { queries };
      const left = queries.add(vlans);
      if (this.hasBegun && known === undefined) queries.ask();
      const full =
        left === 0 ? undefined : `${left} VLANs that were found later are not asked on: no more are asked`;
      return { queries, ...problemOf(problem, full) };
    } catch (error) {
      const words = messageOf(error);
      return { ...(known === undefined ? {} : { queries: known }), problem: words };
    }
  }

  private async open(nic: QueryPlan['nic']): Promise<NicQueries> {
    const way = await this.channels.for(nic, 'to-guest');
    if ('channel' in way) return new NicQueries(way.channel, this.clock);
    throw way.problem;
  }

  private async answered(): Promise<void> {
    for (;;) {
      const waitMs = Math.max(...[...this.nics.values()].map(({ queries }) => queries?.unansweredMs ?? 0));
      if (waitMs === 0 || this.isCancelled) return;
      await this.pause(waitMs);
    }
  }

  private pause(waitMs: number): Promise<void> {
    if (this.isCancelled) return Promise.resolve();
    let cancelTimer: CancelTimer = () => {};
    return new Promise<void>((resolve) => {
      this.wake = resolve;
      cancelTimer = this.clock.setTimer(waitMs, resolve);
    }).finally(() => cancelTimer());
  }

  private count(): Promise<ReportCounts> {
    return this.ports.countReports().catch(() => new Map());
  }

  private reportOf(
    { queries, problem }: Asked,
    reports: readonly MulticastReports[] | undefined,
  ): MulticastRefreshReport | undefined {
    const sent = queries?.taken ?? 0;
    const wrong = problemOf(problem, queries?.failure);
    const wouldBeAsked = this.channels.mode === 'observe' && queries !== undefined && this.hasBegun;
    if (sent === 0 && wrong.problem === undefined && !wouldBeAsked) return undefined;
    return {
      vlans: queries?.vlans ?? [],
      queries: sent,
      ...(sent === 0 || reports === undefined ? {} : { reports: reports.toSorted(byVlan) }),
      ...wrong,
    };
  }
}

const problemOf = (...problems: readonly (string | undefined)[]): { readonly problem?: string } => {
  const told = problems.filter((each) => each !== undefined);
  return told.length === 0 ? {} : { problem: told.join('; ') };
};

/** Untagged first. */
const byVlan = (a: MulticastReports, b: MulticastReports): number => (a.vlan ?? 0) - (b.vlan ?? 0);
