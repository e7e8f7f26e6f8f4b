import {
  type AccompaniedAnnouncement,
  type Accompaniment,
  type AnnounceMode,
  type Announcement,
  type AnnouncementCompanion,
  type FilterView,
  type FrameChannel,
  type FrameDirection,
  type Guest,
  HeraldError,
  type MigrationReport,
  type NicDescriptor,
  stationOf,
} from '@nic-herald/core';
import {
  type AccompaniedNic,
  DEFAULT_ANNOUNCE_TIMING,
  parseSection,
  type RoundReport,
} from '@nic-herald/core/internal';
import { MacAddress, VlanId } from '@nic-herald/wire';
import type { FakeClock } from '../fake-clock.js';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import { outcomeOf, outcomeOfCall } from './outcome.js';
import { frozen } from './plain-json.js';

/** The longest that one call may hold its caller, ms of real time. For the largest guest the machine's other work counts, too. */
const LONGEST_HOLD_MS = { small: 100, large: 2000 } as const;

/** What a case wants of an announcement. */
export interface PlayedOptions {
  readonly mode?: AnnounceMode;
  /** Most NICs are 64, with 1024 stations each; default: one NIC with two stations. */
  readonly size?: 'small' | 'large';
  /** Whether ports can be opened and counts be read; default true. */
  readonly works?: boolean;
  /** Number of the guest; default 1. */
  readonly number?: number;
}

/** Calls one member of an accompaniment. */
type Call = readonly [member: keyof Accompaniment, given?: unknown];

/** An announcement that is played to one companion as a host does it, and what came of it. */
export class PlayedAnnouncement {
  /** Frames that were sent through its channels. */
  sent = 0;
  private readonly view: AccompaniedAnnouncement;
  private readonly longestHoldMs: number;
  private accompaniment: Accompaniment | undefined;
  private said: unknown;
  private isShut = false;
  private fault: HeraldError | undefined;

  constructor(
    private readonly companion: AnnouncementCompanion,
    private readonly clock: FakeClock,
    private readonly limitMs: number,
    { mode = 'announce', size = 'small', works = true, number = 1 }: PlayedOptions = {},
  ) {
    this.longestHoldMs = LONGEST_HOLD_MS[size];
    const [nics, stations] = size === 'large' ? [64, 1024] : [1, 2];
    const list = Array.from({ length: nics }, (_, nic) => nicOf(nic, stations));
    const unusable = (): HeraldError => new HeraldError('HERALD_CONTRACT', 'this port cannot be used');
    this.view = {
      id: `played-${number}`,
      guest: guestOf(number, list),
      cause: 'migration',
      mode,
      timing: DEFAULT_ANNOUNCE_TIMING,
      nics: frozen(list),
      openChannel: (nic, direction) => {
        const isKnown = list.some(({ plan }) => plan.nic.id === nic);
        const isWay = DIRECTIONS.has(direction);
        return works && isKnown && isWay ? Promise.resolve(this.channel()) : Promise.reject(unusable());
      },
      multicastReports: () =>
        works
          ? Promise.resolve(new Map(list.map(({ plan }) => [plan.nic.id, [{ igmp: 1, mld: 1 }]])))
          : Promise.reject(unusable()),
      report: (section) => this.take('report', section),
    };
  }

  /** Its section so far; `undefined` where it said nothing. */
  get section(): unknown {
    return this.said;
  }

  /** Asks the companion whether it takes part. False where it does not. */
  async begin(): Promise<boolean> {
    const { companion, limitMs } = this;
    const given = this.quickly('accompany', () => companion.accompany(this.view));
    const outcome = await outcomeOf(() => given, limitMs, '`accompany` did not end');
    if ('thrown' in outcome) throw contractBroken(`\`accompany\` rejected: ${inWords(outcome.thrown)}`);
    const accompaniment: unknown = outcome.value;
    demand(
      accompaniment === undefined || (typeof accompaniment === 'object' && accompaniment !== null),
      `\`accompany\` gave ${quote(accompaniment)}: an accompaniment is wanted, or undefined`,
    );
    this.accompaniment = accompaniment;
    return accompaniment !== undefined;
  }

  /** Plays these to it, one after another, and lets what follows come to rest. */
  async play(...calls: readonly Call[]): Promise<void> {
    for (const [member, given] of calls) {
      if (member === 'cancelled') this.isShut = true;
      this.call(member, given);
      await this.clock.advance(member === 'round' ? 10 : 0);
    }
    this.check();
  }

  /** Plays all of it, up to the last round. */
  async playRounds(): Promise<void> {
    const { nics } = this.view;
    await this.play(['armed'], ['fired'], ['round', roundOf(1)], ['changed', nics]);
    for (let round = 2; round <= 5; round++) await this.play(['round', roundOf(round)]);
  }

  /** Its last word, which it may take ten minutes of the fake clock for, or less. */
  async over(withinMs = 600_000): Promise<void> {
    let isThere = false;
    const given = this.call('over', reportOf(this.view));
    const word = Promise.resolve(given).then(
      (section) => {
        if (section !== undefined) this.take('over', section);
      },
      (error: unknown) => {
        this.fault ??= contractBroken(`\`over\` rejected: ${inWords(error)}`);
      },
    );
    void word.then(() => {
      isThere = true;
    });
    const isInTime = await this.clock.advanceUntil(() => isThere, withinMs);
    demand(isInTime, `what \`over\` gave did not settle within ${withinMs} ms: it is then given up`);
    this.check();
  }

  /** Ends it. No frame may leave then, and no timer be left. */
  async close(): Promise<void> {
    await this.play(['close']);
    this.isShut = true;
    const before = this.sent;
    await this.clock.advance(10_000);
    demand(this.sent === before, `${this.sent - before} frames were sent after \`close\``);
    this.check();
  }

  private call(member: keyof Accompaniment, given: unknown): unknown {
    const { accompaniment } = this;
    const wanted: unknown = accompaniment?.[member];
    if (wanted === undefined) return undefined;
    demand(typeof wanted === 'function', `\`${member}\` is ${quote(wanted)}, no function`);
    const returned = this.quickly(
      member,
      (): unknown =>
        Reflect.apply(wanted, accompaniment, given === undefined ? [] : [frozen(given)]) as unknown,
    );
    if (returned instanceof Promise && member !== 'over') {
      returned.catch((error: unknown) => {
        this.fault ??= contractBroken(`\`${member}\` rejected: ${inWords(error)}`);
      });
    }
    return returned;
  }

  private quickly<T>(what: string, work: () => T): T {
    const since = performance.now();
    const outcome = outcomeOfCall(work);
    const heldMs = performance.now() - since;
    if ('thrown' in outcome)
      throw contractBroken(`\`${what}\` threw: ${inWords(outcome.thrown)}`, outcome.thrown);
    demand(
      heldMs <= this.longestHoldMs,
      `\`${what}\` held its caller for ${Math.round(heldMs)} ms: ${this.longestHoldMs} are the most, and frames of other guests wait meanwhile`,
    );
    return outcome.value;
  }

  private take(by: string, section: unknown): void {
    const parsed = parseSection(section);
    if ('problem' in parsed) {
      this.fault ??= contractBroken(`its section, by \`${by}\`, cannot stand in a report: ${parsed.problem}`);
    } else this.said = parsed.value;
  }

  private check(): void {
    if (this.fault !== undefined) throw this.fault;
  }

  private channel(): FrameChannel {
    const isLost = (): boolean => this.isShut || this.view.mode === 'observe';
    return {
      prepare: ({ starts }) => ({
        send: (first = 0, count = starts.length - 1 - first) => {
          this.sent += count;
          return { accepted: isLost() ? 0 : count };
        },
      }),
      health: () => Promise.resolve({ ready: true }),
      close: () => Promise.resolve(),
    };
  }
}

const DIRECTIONS: ReadonlySet<unknown> = new Set<FrameDirection>(['from-guest', 'to-guest']);
const MAC = MacAddress.of('52:54:00:aa:00:00');

const nicOf = (number: number, stations: number): AccompaniedNic => {
  const nic: NicDescriptor = {
    id: `nic${number}`,
    type: 'virtio-net-pci',
    primaryMac: MAC,
    port: { kind: 'tap', name: `tap${number}` },
  };
  const announced = Array.from({ length: stations }, (_, index): Announcement => {
    const vlan = index === 0 ? undefined : VlanId.of(index);
    return { kind: 'rarp', station: stationOf(MAC, vlan), evidence: index === 0 ? 'primary' : 'learned' };
  });
  const filter: FilterView = {
    unicast: [],
    multicast: [],
    vlans: announced.flatMap(({ station: { vlan } }) => (vlan === undefined ? [] : [vlan])),
    incomplete: [],
  };
  const plan = {
    nic,
    model: 'virtio-net',
    source: 'live',
    announcements: announced,
    refusals: [],
    incomplete: [],
  } as const;
  return { plan, filter, announced, withdrawn: [] };
};

const guestOf = (number: number, nics: readonly AccompaniedNic[]): Guest => ({
  instance: `played-${number}`,
  identity: { name: `web-${number}` },
  hypervisor: { name: 'played', version: '1' },
  nics: () => Promise.resolve(nics.map(({ plan }) => plan.nic)),
  inspect: () => {
    throw new HeraldError('HERALD_CONTRACT', 'no card is read beside an announcement');
  },
});

const roundOf = (round: number): RoundReport => ({
  round,
  startedAt: 1_700_000_000_000 + round,
  finishedAt: 1_700_000_000_000.5 + round,
  frames: 2,
  accepted: 2,
});

const reportOf = ({ id, guest, cause, mode, nics }: AccompaniedAnnouncement): MigrationReport => ({
  format: 1,
  id,
  revision: 1,
  guest: guest.identity,
  host: 'B',
  epoch: 1,
  cause,
  ...(mode === 'observe' ? { mode } : {}),
  outcome: mode === 'observe' ? 'observed' : 'announced',
  snapshots: [],
  resumedAt: 1_700_000_000_000,
  readAt: 1_700_000_000_000.1,
  rounds: [1, 2, 3, 4, 5].map(roundOf),
  nics: nics.map(({ plan, announced }) => ({
    nic: plan.nic.id,
    model: plan.model,
    port: plan.nic.port?.name ?? '',
    sink: 'played',
    source: plan.source,
    announced,
    added: [],
    withdrawn: [],
    refused: [],
    incomplete: [],
  })),
  warnings: [],
});
