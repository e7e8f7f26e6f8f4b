import {
  ANNOUNCE_POLICY,
  CLOCK,
  DEFAULT_GUEST_POLICY,
  FRAME_SINK,
  type GuestIntake,
  type GuestKey,
  HANDOFF_STORE,
  type HandoffStore,
  NIC_MODEL,
  type Snapshot,
  STATION_LEARNER,
  type Station,
  type StationKey,
} from '@nic-herald/core';
import type { AnnouncePacing } from '@nic-herald/core/internal';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import { type FakeClock, PlayedMonitor } from '@nic-herald/testkit';
import { cardModel } from './card-model.js';
import { MortalClock, MortalStore } from './mortal.js';
import { PlayedVm } from './played-vm.js';
import { TapLearner, tapSink } from './taps.js';
import type { VmProcess } from './vm-process.js';
import type { WorldHost } from './world-host.js';

/** The world as an agent sees it. */
export interface AgentSurroundings {
  readonly clock: FakeClock;
  readonly store: HandoffStore;
  readonly latencyMs: number;
  readonly pacing: AnnouncePacing;
  readonly sent: (agent: Agent, tap: string, station: StationKey) => void;
  readonly published: (agent: Agent, snapshot: Snapshot) => void;
  readonly removed: (key: GuestKey, host: string) => void;
}

type Report = 'stopped' | 'gone' | 'incoming' | 'loaded' | 'outgoing' | 'left';

/** One agent from its start until it ends: a composed host, and the world as far as that may see it. */
export class Agent {
  readonly startedAt: number;
  isOver = false;
  /** It was asked to, and has closed: it must do nothing any more. */
  hasEnded = false;
  private readonly guests = new Map<VmProcess, PlayedVm>();
  private readonly monitor = new PlayedMonitor();
  private readonly clock: MortalClock;
  private readonly store: MortalStore;
  private readonly learner: TapLearner;
  private composed: ComposedHost | undefined;

  constructor(
    readonly id: string,
    readonly host: WorldHost,
    private readonly around: AgentSurroundings,
  ) {
    this.startedAt = around.clock.elapsed();
    this.clock = new MortalClock(around.clock);
    this.learner = new TapLearner(this.clock);
    this.store = new MortalStore(around.store, this.clock, around.latencyMs, {
      published: (snapshot) => around.published(this, snapshot),
      removed: around.removed,
    });
  }

  /** Composes, and finds the processes that are on its host. */
  async start(found: Iterable<VmProcess>): Promise<void> {
    const sink = tapSink((tap, station) => this.around.sent(this, tap, station));
    this.composed = await composeHost(
      [
        this.monitor.plugin,
        {
          name: 'played-host',
          contract: 2,
          install: (registrar) => {
            registrar.provide(CLOCK, { value: this.clock });
            registrar.contribute(HANDOFF_STORE, { value: this.store });
            registrar.provide(ANNOUNCE_POLICY, {
              value: {
                forGuest: () => ({ ...DEFAULT_GUEST_POLICY, multicastRefresh: false }),
                pacing: this.around.pacing,
              },
            });
            registrar.contribute(FRAME_SINK, { value: sink });
            registrar.contribute(NIC_MODEL, { value: cardModel });
            registrar.contribute(STATION_LEARNER, { value: this.learner });
          },
        },
      ],
      { name: this.host.name },
    );
    for (const vm of found) {
      this.sees(vm);
      if (vm.isSending) this.tell('outgoing', vm);
    }
  }

  /** Its monitor sees a process for the first time. */
  sees(vm: VmProcess): void {
    const guest = new PlayedVm(vm, this.clock, this.around.latencyMs);
    this.guests.set(vm, guest);
    this.intake.appeared({ guest, phase: vm.phase });
  }

  tell(report: Report, vm: VmProcess): void {
    const guest = this.guests.get(vm);
    if (guest !== undefined) this.intake[report]({ guest });
    if (report === 'gone') this.guests.delete(vm);
  }

  resumed(vm: VmProcess): void {
    const guest = this.guests.get(vm);
    const now = this.around.clock.now();
    if (guest !== undefined) this.intake.resumed({ guest, resumedAt: now, readAt: now });
  }

  failed(vm: VmProcess, side: 'source' | 'destination'): void {
    const guest = this.guests.get(vm);
    if (guest !== undefined) this.intake.failed({ guest, side, status: 'cancelled' });
  }

  changed(vm: VmProcess): void {
    const guest = this.guests.get(vm);
    if (guest !== undefined) this.intake.changed({ guest, nic: 'nic0' });
  }

  /** A guest speaks at its first card; false where this agent does not hear it. */
  hears(vm: VmProcess, station: Station): boolean {
    return this.learner.hear(`${vm.id}n0`, station);
  }

  /** Looks at every guest it has, as an operator would. */
  inspections() {
    const { composed } = this;
    if (composed === undefined) return [];
    return [...this.guests].map(([vm, guest]) => ({ vm, inspection: composed.inspect(guest) }));
  }

  /** Is asked to end; resolves when it did. */
  async end(): Promise<void> {
    await this.composed?.close();
    this.hasEnded = true;
  }

  /** How many timers it has set that wait. */
  get pendingTimers(): number {
    return this.clock.pending;
  }

  /** Ends without a word. */
  kill(): void {
    this.isOver = true;
    this.store.die();
    this.clock.die();
  }

  private get intake(): GuestIntake {
    return this.monitor.intake;
  }
}
