import type { MigrationReport } from '@nic-herald/core';
import type { AnnounceCause } from '@nic-herald/core/internal';
import type { OwedAnnouncement } from './announcer.js';
import type { ArrivalParts } from './guest-arrival.js';
import type { GuestPorts } from './guest-ports.js';
import { Pace } from './pace.js';
import { PacedWork } from './paced-work.js';
import { type AnnounceChoice, type GuestPlan, planGuest, timingFor } from './plan-guest.js';
import { PreparedAnnouncement, type RoundListener } from './prepared-announcement.js';
import { sealFrom } from './seal-from.js';

type Choose = (all: AnnounceChoice) => AnnounceChoice;

/** Where the guest stands, and what is to be done besides. */
export interface RunningGuest {
  isRunning(): boolean;
  /** Whether its first round here is still to be sent. */
  owes(): boolean;
  epoch(): number;
  /** Looks at the cards; what fails is told, and tried again. */
  look(): Promise<void>;
  /** Finds out which of its MACs are other guests'. */
  readOwners(): Promise<unknown>;
  /** What is owed is being sent. */
  sentLate(announcement: PreparedAnnouncement): void;
  readonly onRound: RoundListener;
}

/** The announcements of a guest that runs here: those that somebody asks for, and those that were owed. */
export class RunningAnnouncements {
  private readonly owed: PacedWork;

  constructor(
    private readonly parts: ArrivalParts,
    private readonly ports: GuestPorts,
    private readonly owner: RunningGuest,
  ) {
    const { clock } = parts.services;
    this.owed = new PacedWork(clock, new Pace(clock), () => this.sendOwed());
  }

  /** Announces it now; resolves with the report after the last round. */
  async manually(choose: Choose, signal?: AbortSignal): Promise<MigrationReport> {
    return (await this.send('manual', choose, signal)).reported;
  }

  /** Sends what is owed: at once, or a little later where that was cut short several times. */
  late(): void {
    this.owed.request();
  }

  /**
   * Announces once more what did not leave, where a port of it would let it out by now. False where none would, or the
   * guest does not run here any more.
   */
  async again({ id, cause, nics }: OwedAnnouncement, isWanted: () => boolean): Promise<boolean> {
    const { owner, ports } = this;
    const { announcer, guest, handoff, services, work } = this.parts;
    await owner.look();
    const { faults, ...planned } = await this.plan();
    const plans = planned.plans.filter(({ nic }) => nics.some((owed) => owed.id === nic.id));
    const timing = timingFor(plans, services.policy.forGuest(guest.identity).timing);
    const seal = sealFrom(handoff.last, services.host);
    const occasion = { guest, cause, timing, ports, onRound: owner.onRound, seal };
    const announcement = await PreparedAnnouncement.prepare({ ...planned, plans }, occasion, services);
    if (!owner.isRunning() || !isWanted() || !announcement.canLeave) {
      announcement.cancel();
      return false;
    }
    announcement.fire();
    owner.sentLate(announcement);
    announcement.run.complete();
    const origin = { cause, epoch: owner.epoch(), handoff: handoff.last, problems: faults, retryOf: id };
    work.follow(announcer.report(announcement, origin));
    return true;
  }

  /** Begins nothing by itself any more. */
  close(): void {
    void this.owed.close();
  }

  /** Where it was sent meanwhile, or the guest stands again, there is nothing to send: it is asked for when it runs. */
  private async sendOwed(): Promise<void> {
    const { owner, parts } = this;
    if (!owner.isRunning() || !owner.owes()) return;
    try {
      parts.work.follow((await this.send('late')).reported);
    } catch (error) {
      parts.work.failed(error);
    }
  }

  /** Plans by all that is known now of whose the guest's stations are. */
  private async plan(): Promise<GuestPlan> {
    const { guest, knowledge, ownership, services } = this.parts;
    await Promise.all([this.owner.readOwners(), ownership.freshen(knowledge.evidence())]);
    const evidence = knowledge.evidence();
    return planGuest(guest, evidence, services, ownership.judge(evidence));
  }

  /** Resolves when it is fired; `reported` then with the report. */
  private async send(
    cause: AnnounceCause,
    choose: Choose = (all) => all,
    signal?: AbortSignal,
  ): Promise<{ readonly reported: Promise<MigrationReport> }> {
    const { owner, ports } = this;
    const { announcer, guest, handoff, services, signal: closed } = this.parts;
    const { faults, ...planned } = await this.plan();
    const { timing } = services.policy.forGuest(guest.identity);
    const chosen = choose({ ...planned, timing: timingFor(planned.plans, timing) });
    const { retryOf } = chosen;
    const isOfMove = cause === 'late' || retryOf !== undefined;
    const seal = isOfMove ? sealFrom(handoff.last, services.host) : undefined;
    const occasion = { guest, cause, timing: chosen.timing, ports, onRound: owner.onRound, seal };
    const announcement = await PreparedAnnouncement.prepare(chosen, occasion, services);
    const cancel = (): void => announcement.cancel();
    const isWanted = signal?.aborted !== true && !closed.aborted;
    if (owner.isRunning() && isWanted) announcement.fire();
    else cancel();
    if (cause === 'late') owner.sentLate(announcement);
    announcement.run.complete();
    signal?.addEventListener('abort', cancel, { once: true });
    const origin = {
      ...{ cause, epoch: owner.epoch(), handoff: handoff.last, problems: faults },
      ...(retryOf !== undefined && { retryOf }),
    };
    const reported = announcer
      .report(announcement, origin)
      .finally(() => signal?.removeEventListener('abort', cancel));
    return { reported };
  }
}
