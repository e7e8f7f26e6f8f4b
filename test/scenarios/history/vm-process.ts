import type { GuestOrigin, GuestPhase, ProcessIncarnation, StationKey } from '@nic-herald/core';
import type { CardContent } from './card-content.js';
import { KnownStations } from './known-stations.js';
import type { Life } from './life.js';
import type { MachineTraits } from './machine-traits.js';
import type { AgentMark, WorldHost } from './world-host.js';

/** How a migration left its source. */
export interface Departure {
  readonly source: VmProcess;
  /** The agent that saw the guest stop there; absent where none did, or another one saw it leave. */
  readonly agent: AgentMark | undefined;
  readonly stoppedAt: number;
  readonly leftAt: number;
}

/**
 * A guest in one process from the RESUME with which it came, be it paused between.
 * - `boot`: it was started there
 * - `arrival`: it came from another process, or out of a file (then without a departure)
 * - `claimed`: it had left, and went on there when another host's entry had it
 * - `return`: it had left, and went on there, and no other host ever said that it had it
 * - `unclear`: between the two
 */
export interface Stay {
  readonly kind: 'boot' | 'arrival' | 'claimed' | 'return' | 'unclear';
  readonly process: VmProcess;
  readonly since: number;
  /** What its card held then. */
  readonly card: CardContent;
  /** When the guest had changed that last. */
  readonly cardChangedAt: number;
  /** All agents of its life had seen all of it when it came. */
  readonly isWatched: boolean;
  readonly departure?: Departure;
  /** The agent that waited for it here. */
  readonly awaitedBy?: AgentMark | undefined;
  /** How often each station was announced in it, by agent and run of its CPUs. */
  readonly sent: Map<StationKey, Map<string, number>>;
  /** When its first round must be out, and nothing is owed any more. */
  settledAt?: number;
  /** How often its CPUs began to run. */
  runs: number;
}

/** Of what a hypervisor's process is made. */
export interface VmProcessParts {
  readonly id: string;
  readonly machine: MachineTraits;
  readonly life: Life;
  readonly host: WorldHost;
  readonly origin: GuestOrigin;
  readonly process: ProcessIncarnation;
  readonly startedAt: number;
  readonly card: CardContent;
}

/** A hypervisor's process, and the truth about the guest in it. */
export class VmProcess {
  readonly id: string;
  readonly machine: MachineTraits;
  readonly life: Life;
  readonly host: WorldHost;
  readonly origin: GuestOrigin;
  readonly process: ProcessIncarnation;
  readonly startedAt: number;
  state: 'incoming' | 'running' | 'paused' | 'migrated-away' | 'gone';
  /** A migration to here was completed. */
  hasReceived = false;
  /** A migration away from here was tried. */
  hasSent = false;
  isSending = false;
  /** What the guest gave its card. */
  card: CardContent;
  /** What the card shows: a migration may lose some of it. */
  liveCard: CardContent;
  cardChangedAt: number;
  /** When its CPUs began to run, or stopped, last. */
  changedAt: number;
  stay: Stay | undefined;
  /** How it came here from another process. */
  came: Departure | undefined;
  /** All of it is here, and its CPUs are held back. */
  isHeld = false;
  /** The agent that saw its CPUs stop last. */
  stoppedBefore: AgentMark | undefined;
  /** Who waits for it here; absent where nobody did from the start. */
  awaitedBy: AgentMark | undefined;
  /** Another machine of its key was on its host with it, or took the place of its entry. */
  isCrowded = false;
  /** An agent found it here when the store told nothing of it: it may be taken to have been here always. */
  isStranger = false;
  readonly known = new KnownStations();

  constructor(parts: VmProcessParts, now: number) {
    this.id = parts.id;
    this.machine = parts.machine;
    this.life = parts.life;
    this.host = parts.host;
    this.origin = parts.origin;
    this.process = parts.process;
    this.startedAt = parts.startedAt;
    this.card = parts.card;
    this.liveCard = parts.card;
    this.state = this.origin === 'boot' ? 'paused' : 'incoming';
    this.cardChangedAt = now;
    this.changedAt = now;
  }

  get isThere(): boolean {
    return this.state !== 'gone';
  }

  get runs(): boolean {
    return this.state === 'running';
  }

  /**
   * Where a monitor finds the guest: as `guestPhaseOf` of monitor-qemu says, one that came in, ran and is paused looks
   * like one that was just received, until it was tried to be sent away.
   */
  get phase(): GuestPhase {
    if (this.state === 'running' || this.state === 'incoming' || this.state === 'migrated-away')
      return this.state;
    return this.hasReceived && !this.hasSent ? 'incoming' : 'paused';
  }
}
