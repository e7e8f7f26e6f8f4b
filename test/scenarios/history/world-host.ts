import type { HostName } from './move.js';

/** An agent as the world remembers it. */
export interface AgentMark {
  readonly id: string;
  /** By the world's clock, ms. */
  readonly startedAt: number;
}

/** A hypervisor host: its boots, and the agent that runs there. */
export class WorldHost {
  agent: AgentMark | undefined;
  private boots = 1;
  private lastPid = FIRST_PID;

  constructor(readonly name: HostName) {}

  /** The id of a process that begins now. */
  nextPid(): number {
    this.lastPid += 1;
    return this.lastPid;
  }

  get bootId(): string {
    return `${this.name}-boot-${this.boots}`;
  }

  /** It starts anew: process ids are used again. */
  reboot(): void {
    this.boots += 1;
    this.lastPid = FIRST_PID;
  }
}

const FIRST_PID = 100;
