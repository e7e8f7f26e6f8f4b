import {
  asHeraldError,
  type Guest,
  type GuestKey,
  type HeraldError,
  type NicDescriptor,
  type RoundReport,
} from '@nic-herald/core';
import type { ChannelSet } from '../announce/channel-set.js';
import { withDeadline } from '../announce/deadline.js';
import { matchNic } from '../knowledge/match-nic.js';
import { type HandoffReading, NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import { CAPTURE_DEADLINE_MS } from '../knowledge/read-nic.js';
import { snapshotEvidence } from '../knowledge/snapshot-evidence.js';
import { duplicateMacs } from './duplicate-macs.js';
import type { EngineServices } from './engine-services.js';
import { fetchHandoff } from './fetch-handoff.js';
import { planGuest } from './plan-guest.js';
import { PreparedAnnouncement } from './prepared-announcement.js';

/** Everything made ready for a guest that is about to come. */
export interface Armed {
  readonly announcement: PreparedAnnouncement;
  readonly handoff: HandoffReading;
  /** What went wrong while making ready; the announcement's own faults are not among them. */
  readonly problems: readonly HeraldError[];
}

/**
 * Keeps an announcement ready for a guest that waits for its migration, and makes it anew whenever the
 * hand-off changes. The one before stays ready until the new one is. The guest's own devices are not read:
 * before it runs they hold defaults.
 */
export class Arming {
  private current: Armed | undefined;
  private working: Promise<void> | undefined;
  private again = false;
  private closed = false;
  private readonly unwatch: () => void;

  constructor(
    private readonly guest: Guest,
    private readonly key: GuestKey | undefined,
    private readonly channels: ChannelSet,
    private readonly services: EngineServices,
    private readonly onRound: (round: RoundReport) => void,
    private readonly onArmed: (armed: Armed) => void,
  ) {
    this.unwatch =
      key === undefined || services.handoff === undefined
        ? () => {}
        : services.handoff.watch(key, () => this.refresh());
    this.refresh();
  }

  /** What is ready now; absent until the first plan is. */
  get armed(): Armed | undefined {
    return this.current;
  }

  /** Makes ready anew. Calls while it is being made are served by one more making after it. */
  refresh(): void {
    if (this.closed) return;
    if (this.working !== undefined) {
      this.again = true;
      return;
    }
    this.working = this.make().finally(() => {
      this.working = undefined;
      if (this.again) {
        this.again = false;
        this.refresh();
      }
    });
  }

  /** Waits for what is being made; gives what is ready then. */
  async settled(): Promise<Armed | undefined> {
    while (this.working !== undefined) await this.working;
    return this.current;
  }

  /** Stops; what is ready stays ready. */
  close(): void {
    this.closed = true;
    this.again = false;
    this.unwatch();
  }

  private async make(): Promise<void> {
    const { guest, key, services } = this;
    const problems: HeraldError[] = [];
    const keep = (error: unknown, code: HeraldError['code'], message: string): void => {
      problems.push(asHeraldError(error, code, message));
    };
    let handoff: HandoffReading = NO_HANDOFF;
    try {
      handoff = await fetchHandoff(key, 'incoming', services);
      problems.push(...handoff.problems);
      await services.otherGuests.refresh();
    } catch (error) {
      keep(error, 'HERALD_HANDOFF_FAILED', 'the hand-off could not be read');
    }
    let nics: readonly NicDescriptor[];
    try {
      nics = await withDeadline(services.clock, CAPTURE_DEADLINE_MS, 'listing the NICs', (signal) =>
        guest.nics({ signal }),
      );
    } catch (error) {
      keep(error, 'HERALD_GUEST_UNREADABLE', 'the guest does not tell its NICs');
      nics = [];
    }
    const handed = nics.map((nic) => snapshotEvidence(nic, matchNic(nic, handoff.newest), services.models));
    problems.push(...duplicateMacs(nics));
    problems.push(...handed.flatMap(({ problem }) => (problem === undefined ? [] : [problem])));
    const { plans, faults } = planGuest(
      guest,
      handed.map(({ evidence }) => evidence),
      services,
    );
    const { timing } = services.policy.forGuest(guest.identity);
    const announcement = await PreparedAnnouncement.prepare(
      plans,
      timing,
      this.channels,
      services,
      this.onRound,
    );
    if (this.closed && this.current !== undefined) return;
    this.current = { announcement, handoff, problems: [...problems, ...faults] };
    this.onArmed(this.current);
  }
}
