import {
  type AnnounceMode,
  type Announcement,
  type AnnounceTiming,
  asHeraldError,
  type FrameChannel,
  type HeraldError,
  type Incompleteness,
  type MulticastRefreshReport,
  messageOf,
  type NicPlan,
  type Refusal,
  type RoundReport,
  type Station,
  stationKey,
} from '@nic-herald/core';
import { toldMode } from '../announce/announce-mode.js';
import type { ReadyBatch } from '../announce/announcement-round.js';
import { AnnouncementRun } from '../announce/announcement-run.js';
import { channelProblem } from '../announce/channel-problem.js';
import type { GuestChannels } from '../announce/channel-set.js';
import { type GuestPorts, MulticastRefresh } from '../multicast/multicast-refresh.js';
import { encodeSound } from '../plan/frame-batch.js';
import { leadingFrames } from '../plan/leading-frames.js';
import type { EngineServices } from './engine-services.js';
import { addressKey, isLoss, noLongerOwned } from './no-longer-owned.js';
import type { GuestPlan } from './plan-guest.js';

/** One NIC of a prepared announcement. */
export interface PreparedNic {
  readonly plan: NicPlan;
  readonly sink?: string;
  readonly channel?: FrameChannel;
  /** What of the plan lies ready or was sent: all of it, or nothing where there is no way. */
  readonly announced: readonly Announcement[];
  /** What was found on the card afterwards and sent with the rest. */
  readonly added: readonly Announcement[];
  /** Sent, and no more: the card here does not hold them and nobody saw them, or their address is lost by now. */
  readonly withdrawn: readonly Announcement[];
  /** Why the card's lists are not all, by the hand-off and by the card here. */
  readonly incomplete: readonly Incompleteness[];
  /** What the plan refused, and what was refused of what was found afterwards. */
  readonly refused: readonly Refusal[];
}

/** Told of each round, with what it is a round of. On the hot path: what takes time comes later. */
export type RoundListener = (round: RoundReport, of: PreparedAnnouncement) => void;

type FrameServices = Pick<EngineServices, 'clock' | 'kinds' | 'pacers' | 'schedule'>;

/** An announcement with its frames encoded and its channels open: nothing is left to do but to fire it. */
export class PreparedAnnouncement {
  private prepared: readonly PreparedNic[] = [];
  private readonly problems: HeraldError[] = [];
  private readonly multicast: MulticastRefresh;

  private constructor(
    readonly run: AnnouncementRun,
    private readonly channels: GuestChannels,
    ports: GuestPorts,
    private readonly services: FrameServices,
  ) {
    this.multicast = new MulticastRefresh(channels, ports, services.clock);
  }

  /**
   * Opens the channels, encodes and prepares. A NIC without a way is a problem, the others go. Its mode is that of the
   * policy now, to its end. Rejects only with HERALD_CANCELLED, where the channels are closed meanwhile, and with what
   * the policy throws.
   */
  static async prepare(
    { plans, queries }: Omit<GuestPlan, 'faults'>,
    timing: AnnounceTiming,
    ports: GuestPorts,
    services: FrameServices,
    onRound?: RoundListener,
  ): Promise<PreparedAnnouncement> {
    const channels = ports.channels.now();
    const { mode } = channels;
    const { clock, schedule, pacers } = services;
    const run = new AnnouncementRun([], timing, { clock, schedule, pacer: pacers[mode], mode }, (round) => {
      announcement.multicast.round();
      onRound?.(round, announcement);
    });
    const announcement: PreparedAnnouncement = new PreparedAnnouncement(run, channels, ports, services);
    announcement.multicast.add(queries.filter(({ nic }) => plans.some((plan) => plan.nic.id === nic.id)));
    for (const plan of plans) {
      const nic = await announcement.open(plan);
      announcement.put({ ...nic, announced: announcement.add(nic, plan.announcements) });
    }
    return announcement;
  }

  /** What will be, or was, sent for each NIC. */
  get nics(): readonly PreparedNic[] {
    return this.prepared;
  }

  /** Whether what it holds is sent at all. */
  get mode(): AnnounceMode {
    return this.channels.mode;
  }

  /** Its mode as facts have it. */
  get told(): ReturnType<typeof toldMode> {
    return toldMode(this.mode);
  }

  /** The stations whose frames were put in by now, or are about to be, by NIC; none where none is sent. */
  get sent(): readonly { readonly nic: string; readonly stations: readonly Station[] }[] {
    if (this.mode === 'observe') return [];
    return this.prepared.map(({ plan, announced, added }) => ({
      nic: plan.nic.id,
      stations: [...announced, ...added].map(({ station }) => station),
    }));
  }

  /** What went wrong on the way, oldest first. */
  get faults(): readonly HeraldError[] {
    return this.problems;
  }

  /**
   * Sends what newer plans have beyond this one, at once and with every later round; no more than
   * `maxStations` in all per NIC. Rejects as `prepare` does.
   */
  async addFrom({ plans, queries }: Omit<GuestPlan, 'faults'>, maxStations: number): Promise<void> {
    this.multicast.add(queries);
    for (const newer of plans) {
      const known = this.prepared.find(({ plan }) => plan.nic.id === newer.nic.id);
      const nic =
        known?.channel === undefined ? await this.open({ ...(known?.plan ?? newer), nic: newer.nic }) : known;
      const { missing, refused } = beyond(nic, newer, maxStations);
      const now = this.withdraw(nic, newer); // first: what is added then goes out once in this round
      const added = [...now.added, ...this.add(now, missing)];
      this.put({ ...now, added, refused, incomplete: together(nic.incomplete, newer.incomplete) });
    }
  }

  /** Ends it: no frame leaves after this. */
  cancel(): void {
    this.run.cancel();
    this.multicast.cancel();
  }

  /**
   * How the guest was asked for its groups, by NIC id, once its answers are in: to be called when the rounds are
   * over. Never rejects.
   */
  multicastReport(): Promise<ReadonlyMap<string, MulticastRefreshReport>> {
    return this.multicast.report();
  }

  /**
   * Looks at the ports once the rounds are over: a port that went away took frames without a word. False where
   * none of them is as it should be.
   */
  async checkPorts(): Promise<boolean> {
    let areAnyWell = false;
    for (const { plan, channel } of this.prepared) {
      if (channel === undefined) continue;
      const problem = await channelProblem(plan.nic.id, channel, this.services.clock);
      areAnyWell ||= problem === undefined;
      this.note(problem);
    }
    return areAnyWell;
  }

  private async open(plan: NicPlan): Promise<PreparedNic> {
    const nic: PreparedNic = {
      plan,
      announced: [],
      added: [],
      withdrawn: [],
      incomplete: plan.incomplete,
      refused: plan.refusals,
    };
    const way = await this.channels.for(plan.nic, 'from-guest');
    if (!('channel' in way)) {
      this.note(way.problem);
      return way.sink === undefined ? nic : { ...nic, sink: way.sink };
    }
    for (const problem of way.problems) this.note(problem);
    this.note(await channelProblem(plan.nic.id, way.channel, this.services.clock));
    return { ...nic, sink: way.sink, channel: way.channel };
  }

  /** Leaves out of the later rounds what the live card does not hold and nobody saw, and addresses that were lost. */
  private withdraw(nic: PreparedNic, newer: NicPlan): PreparedNic {
    const sent = [...nic.announced, ...nic.added];
    const unheld = [
      ...new Set([...nic.withdrawn, ...noLongerHeld(nic, newer), ...noLongerOwned(sent, newer)]),
    ];
    if (nic.channel === undefined || unheld.length === nic.withdrawn.length) return nic;
    const kept = sent.filter((announcement) => !unheld.includes(announcement));
    const encoded = this.encode(nic.plan.nic.id, nic.channel, kept);
    if (encoded === undefined) return nic;
    this.run.replace(encoded.ready);
    return { ...nic, withdrawn: unheld };
  }

  /** Encodes and hands over to the run; gives what of it lies ready or is sent. */
  private add(
    { plan, channel }: PreparedNic,
    announcements: readonly Announcement[],
  ): readonly Announcement[] {
    if (channel === undefined || announcements.length === 0) return [];
    const encoded = this.encode(plan.nic.id, channel, announcements);
    return encoded !== undefined && this.run.add(encoded.ready) ? encoded.announcements : [];
  }

  private encode(
    nic: string,
    channel: FrameChannel,
    wanted: readonly Announcement[],
  ): { readonly ready: ReadyBatch; readonly announcements: readonly Announcement[] } | undefined {
    try {
      const { batch, announcements, faults } = encodeSound(wanted, this.services.kinds);
      for (const fault of faults) this.note(fault);
      if (announcements.length === 0 && wanted.length > 0) return undefined;
      const prepared = channel.prepare(batch);
      const frames = announcements.map(frameKey);
      return { ready: { nic, frames, ...leadingFrames(announcements), batch: prepared }, announcements };
    } catch (error) {
      const words = messageOf(error);
      const message = `${nic}: ${wanted.length} frames could not be made ready: ${words}`;
      this.note(asHeraldError(error, 'HERALD_SINK_FAULT', message, { nic }));
      return undefined;
    }
  }

  private put(nic: PreparedNic): void {
    const isKnown = this.prepared.some(({ plan }) => plan.nic.id === nic.plan.nic.id);
    this.prepared = isKnown
      ? this.prepared.map((each) => (each.plan.nic.id === nic.plan.nic.id ? nic : each))
      : [...this.prepared, nic];
  }

  private note(problem: HeraldError | undefined): void {
    if (problem === undefined || this.problems.some(({ message }) => message === problem.message)) return;
    this.problems.push(problem);
  }
}

/** What a newer plan has that was not sent, as far as there is room; and all that is refused by now. */
const beyond = (
  nic: PreparedNic,
  newer: NicPlan,
  maxStations: number,
): { readonly missing: readonly Announcement[]; readonly refused: readonly Refusal[] } => {
  const sent = [...nic.announced, ...nic.added];
  const frames = new Set(sent.map(frameKey));
  const announced = new Set<string>(sent.map(({ station }) => stationKey(station)));
  const stations = new Set(announced);
  const addresses = new Set(sent.map(({ station, address }) => addressKey(station, address)));
  const missing: Announcement[] = [];
  const overflow: Refusal[] = [];
  for (const announcement of newer.announcements) {
    if (frames.has(frameKey(announcement))) continue;
    const { station, evidence } = announcement;
    if (!stations.has(stationKey(station)) && stations.size >= maxStations) {
      overflow.push({
        ...station,
        evidence,
        reason: 'station-limit',
        detail: `at most ${maxStations} per NIC`,
      });
      continue;
    }
    stations.add(stationKey(station));
    missing.push(announcement);
  }
  const found = new Set(
    missing.flatMap(({ station, address }) => [addressKey(station, address), stationKey(station)]),
  );
  const isObsolete = (refusal: Refusal): boolean =>
    refusal.address === undefined
      ? refusal.count === undefined && !announced.has(stationKey(refusal)) && found.has(stationKey(refusal))
      : found.has(addressKey(refusal, refusal.address));
  const refused = nic.refused.filter((refusal) => !isObsolete(refusal));
  const told = new Set(refused.map(refusalKey));
  const more = newer.refusals.filter(
    (refusal) =>
      !told.has(refusalKey(refusal)) &&
      (refusal.address === undefined
        ? !stations.has(stationKey(refusal))
        : isLoss(refusal) || !addresses.has(addressKey(refusal, refusal.address))),
  );
  return { missing, refused: [...refused, ...more, ...overflow] };
};

/**
 * What was announced because the source's card listed it and the card here does not: only where this card was
 * read and is no less complete than the other was, for a list that says less proves nothing.
 */
const noLongerHeld = (nic: PreparedNic, newer: NicPlan): readonly Announcement[] => {
  const before = new Set(nic.plan.incomplete.map(({ reason }) => reason));
  const isLessComplete = newer.incomplete.some(({ reason }) => !before.has(reason));
  if (nic.plan.source !== 'hand-off' || newer.source !== 'live' || isLessComplete) return [];
  const held = new Set([
    ...newer.announcements.map(({ station }) => station.mac),
    ...newer.refusals.filter(({ reason }) => reason.endsWith('-limit')).map(({ mac }) => mac),
  ]);
  return nic.announced.filter(({ evidence, station }) => evidence !== 'learned' && !held.has(station.mac));
};

const together = (
  before: readonly Incompleteness[],
  now: readonly Incompleteness[],
): readonly Incompleteness[] => [
  ...before,
  ...now.filter(({ reason }) => !before.some((known) => known.reason === reason)),
];

const frameKey = ({ kind, station, address }: Announcement): string =>
  `${kind} ${stationKey(station)} ${address ?? ''}`;

const refusalKey = (refusal: Refusal): string =>
  `${stationKey(refusal)} ${refusal.address ?? ''} ${refusal.reason} ${refusal.count === undefined ? '' : 'all'}`;
