import {
  type AccompaniedAnnouncement,
  type Accompaniment,
  type CancelTimer,
  type Clock,
  type MulticastReports,
  messageOf,
} from '@nic-herald/core';
import type { AccompaniedNic, MulticastRefreshReport, MulticastSection } from '@nic-herald/core/internal';
import { reportsSince } from '../learn/reports-since.js';
import { boundedSection } from './bounded-section.js';
import { NicQueries } from './nic-queries.js';
import { planQueries, type QueryPlan } from './query-plan.js';

type ReportCounts = Awaited<ReturnType<AccompaniedAnnouncement['multicastReports']>>;

/** How long the report waits for a port that is still being opened when the rounds are over, ms. */
const OPENED_AFTER_MS = 100;

interface Asked {
  readonly queries?: NicQueries;
  readonly problem?: string;
}

/**
 * Has a guest that is announced tell of its multicast groups anew, so that snooping switches learn where they are:
 * each round of announcements is followed by queries to the guest alone, whose reports then leave at its port as
 * they always do. On the uplink a query of ours could win the querier election, so none goes there. What fails stands in
 * its section of the report.
 */
export class MulticastRefresh implements Accompaniment {
  private readonly nics = new Map<string, Asked>();
  private opening: Promise<void> = Promise.resolve();
  private before: Promise<ReportCounts> | undefined;
  private hasBegun = false;
  private isCancelled = false;
  private wake: () => void = () => {};

  constructor(
    private readonly announcement: AccompaniedAnnouncement,
    private readonly clock: Clock,
  ) {
    this.changed(announcement.nics);
  }

  /** Makes ready what is not ready yet: to be asked with every later round, at once where a round was before. */
  changed(nics: readonly AccompaniedNic[]): void {
    const reachable = nics.filter(({ plan }) => plan.nic.port !== undefined);
    if (reachable.length === 0 || this.isCancelled) return;
    this.before ??= this.count();
    for (const { plan } of reachable) {
      const { id, port } = plan.nic;
      if (!this.nics.has(id)) this.nics.set(id, { problem: `its port ${port?.name} was not open in time` });
    }
    const queries = reachable.map(({ plan, filter }) => planQueries(plan, filter));
    this.opening = this.opening.then(async () => {
      for (const each of queries) this.nics.set(each.nic.id, await this.made(each));
    });
  }

  /** A round of announcements is out. Sends nothing yet. */
  round(): void {
    this.hasBegun = true;
    for (const { queries } of this.nics.values()) queries?.ask();
  }

  /** Asks no more: the guest stopped, or left. What was asked is told at once, without what came of it. */
  cancelled(): void {
    this.close();
    const section = this.section(() => undefined);
    if (section !== undefined) this.announcement.report(section);
  }

  /** What was asked and told, once the answers are in; nothing where nothing was asked and nothing is wrong. */
  async over(): Promise<MulticastSection | undefined> {
    if (this.nics.size === 0) return undefined;
    await Promise.race([this.opening, this.pause(OPENED_AFTER_MS)]);
    this.wake();
    await this.answered();
    const [before, after] = [await this.before, await this.count()];
    return this.section((nic) => reportsSince(before?.get(nic), after.get(nic)));
  }

  close(): void {
    this.isCancelled = true;
    for (const { queries } of this.nics.values()) queries?.cancel();
    this.wake();
  }

  private section(
    told: (nic: string) => readonly MulticastReports[] | undefined,
  ): MulticastSection | undefined {
    const nics = [...this.nics].flatMap(([nic, asked]) => {
      const report = this.reportOf(asked, told(nic));
      return report === undefined ? [] : [[nic, report] as const];
    });
    return nics.length === 0 ? undefined : boundedSection(nics);
  }

  private async made({ nic, vlans, problem, isSpared }: QueryPlan): Promise<Asked> {
    const known = this.nics.get(nic.id)?.queries;
    if (isSpared !== undefined) {
      known?.cancel();
      return problemOf(problem);
    }
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

  private async open({ id }: QueryPlan['nic']): Promise<NicQueries> {
    return new NicQueries(await this.announcement.openChannel(id, 'to-guest'), this.clock);
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
    return this.announcement.multicastReports().catch(() => new Map());
  }

  private reportOf(
    { queries, problem }: Asked,
    reports: readonly MulticastReports[] | undefined,
  ): MulticastRefreshReport | undefined {
    const sent = queries?.taken ?? 0;
    const wrong = problemOf(problem, queries?.failure);
    const wouldBeAsked = this.announcement.mode === 'observe' && queries !== undefined && this.hasBegun;
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
