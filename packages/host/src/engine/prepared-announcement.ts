import {
  type Announcement,
  type AnnounceTiming,
  asHeraldError,
  type FrameChannel,
  HeraldError,
  type NicPlan,
  type RoundReport,
  stationKey,
} from '@nic-herald/core';
import { AnnouncementRun, type ReadyBatch } from '../announce/announcement-run.js';
import type { ChannelSet } from '../announce/channel-set.js';
import { encodeBatch } from '../plan/frame-batch.js';
import type { EngineServices } from './engine-services.js';

/** One NIC of a prepared announcement. */
export interface PreparedNic {
  readonly plan: NicPlan;
  readonly sink?: string;
  readonly channel?: FrameChannel;
  /** What was found on the card afterwards and sent with the rest. */
  readonly added: readonly Announcement[];
}

/** An announcement with its frames encoded and its channels open: nothing is left to do but to fire it. */
export class PreparedAnnouncement {
  private constructor(
    readonly run: AnnouncementRun,
    private prepared: readonly PreparedNic[],
    private readonly problems: HeraldError[],
    private readonly services: EngineServices,
  ) {}

  /** Opens the channels, encodes and prepares. Never rejects: a NIC without a way is a problem, the others go. */
  static async prepare(
    plans: readonly NicPlan[],
    timing: AnnounceTiming,
    channels: ChannelSet,
    services: EngineServices,
    onRound?: (round: RoundReport) => void,
  ): Promise<PreparedAnnouncement> {
    const problems: HeraldError[] = [];
    const nics: PreparedNic[] = [];
    const batches: ReadyBatch[] = [];
    for (const plan of plans) {
      const way = await channels.for(plan.nic);
      if (!('channel' in way)) {
        problems.push(way.problem);
        nics.push({ plan, added: [], ...(way.sink === undefined ? {} : { sink: way.sink }) });
        continue;
      }
      const { sink, channel } = way;
      const sickness = await healthProblem(plan.nic.id, channel);
      if (sickness !== undefined) problems.push(sickness);
      nics.push({ plan, sink, channel, added: [] });
      const ready = readyBatch(plan.nic.id, plan.announcements, channel, services);
      if (ready instanceof HeraldError) problems.push(ready);
      else if (ready.frames > 0) batches.push(ready);
    }
    const run = new AnnouncementRun(batches, timing, services.clock, onRound);
    return new PreparedAnnouncement(run, nics, problems, services);
  }

  /** What will be, or was, sent for each NIC. */
  get nics(): readonly PreparedNic[] {
    return this.prepared;
  }

  /** What went wrong on the way, oldest first. */
  get faults(): readonly HeraldError[] {
    return this.problems;
  }

  /** Sends what newer plans have beyond this one, at once and with every later round. */
  addFrom(plans: readonly NicPlan[]): void {
    this.prepared = this.prepared.map((each) => {
      const newer = plans.find(({ nic }) => nic.id === each.plan.nic.id);
      if (newer === undefined || each.channel === undefined) return each;
      const sent = new Set([...each.plan.announcements, ...each.added].map(frameKey));
      const missing = newer.announcements.filter((announcement) => !sent.has(frameKey(announcement)));
      if (missing.length === 0) return each;
      const ready = readyBatch(each.plan.nic.id, missing, each.channel, this.services);
      if (ready instanceof HeraldError) {
        this.problems.push(ready);
        return each;
      }
      this.run.add(ready);
      return { ...each, added: [...each.added, ...missing] };
    });
  }

  /** Looks at the ports once the rounds are over: a port that went away took frames without a word. */
  async checkPorts(): Promise<void> {
    for (const { plan, channel } of this.prepared) {
      if (channel === undefined) continue;
      const sickness = await healthProblem(plan.nic.id, channel);
      if (sickness !== undefined && !this.problems.some(({ message }) => message === sickness.message)) {
        this.problems.push(sickness);
      }
    }
  }
}

const frameKey = ({ kind, station }: Announcement): string => `${kind} ${stationKey(station)}`;

const readyBatch = (
  nic: string,
  announcements: readonly Announcement[],
  channel: FrameChannel,
  services: EngineServices,
): ReadyBatch | HeraldError => {
  try {
    const batch = channel.prepare(encodeBatch(announcements, services.kinds));
    return { nic, frames: announcements.length, batch };
  } catch (error) {
    return asHeraldError(
      error,
      'HERALD_SINK_FAULT',
      `${nic}: ${announcements.length} frames could not be made ready: ${error instanceof Error ? error.message : String(error)}`,
      { nic },
    );
  }
};

const healthProblem = async (nic: string, channel: FrameChannel): Promise<HeraldError | undefined> => {
  try {
    const health = await channel.health();
    return health.ready
      ? undefined
      : new HeraldError(health.code, `${nic}: ${health.message}`, { details: { nic } });
  } catch (error) {
    return asHeraldError(error, 'HERALD_SINK_FAULT', `${nic}: its port could not be looked at`, { nic });
  }
};
