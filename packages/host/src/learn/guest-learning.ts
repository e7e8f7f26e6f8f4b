import {
  asHeraldError,
  type Clock,
  type HeraldError,
  type LearnedStation,
  type NicDescriptor,
  type PortLearner,
  type Station,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { SerialQueue } from '../announce/serial-queue.js';
import type { LearnerRegistry } from './learner-registry.js';

/** How long one reading may take, ms. */
const READ_DEADLINE_MS = 2000;

interface Attended {
  readonly port: string;
  readonly learner?: PortLearner;
}

/**
 * Learning at the ports of one guest's NICs. It begins when a port is first seen, also before the guest
 * arrives, so that nothing the guest says first is missed.
 */
export class GuestLearning {
  private readonly attended = new Map<string, Attended>();
  private readonly queue = new SerialQueue('learning');

  constructor(
    private readonly learners: LearnerRegistry,
    private readonly clock: Clock,
    private readonly warn: (problem: HeraldError) => void,
  ) {}

  /** True where something is learned at a port. */
  get isActive(): boolean {
    return [...this.attended.values()].some(({ learner }) => learner !== undefined);
  }

  /** Learns at the ports of these NICs and at no others. Never rejects. */
  attend(nics: readonly NicDescriptor[]): Promise<void> {
    return this.quietly(async () => {
      for (const [id, { port }] of this.attended) {
        if (!nics.some((nic) => nic.id === id && nic.port?.name === port)) await this.leave(id);
      }
      for (const { id, port } of nics) {
        if (port === undefined || this.attended.has(id)) continue;
        const { learning, problems } = await this.learners.open(port);
        for (const problem of problems) this.warn(problem);
        this.attended.set(id, {
          port: port.name,
          ...(learning === undefined ? {} : { learner: learning.port }),
        });
      }
    });
  }

  /**
   * What was seen at each NIC's port so far, by NIC id. A port that cannot be read is left, to be attended anew;
   * what was learned there before stays with whoever read it.
   */
  async read(): Promise<ReadonlyMap<string, readonly LearnedStation[]>> {
    const seen = new Map<string, readonly LearnedStation[]>();
    await this.quietly(async () => {
      for (const [id, { port, learner }] of [...this.attended]) {
        if (learner === undefined) continue;
        try {
          const { stations, exactVlans } = await withDeadline(
            this.clock,
            READ_DEADLINE_MS,
            `reading what was learned at ${port}`,
            () => learner.read(),
          );
          seen.set(id, exactVlans ? stations : stations.map((each) => ({ ...each, vlanUnknown: true })));
        } catch (error) {
          const words = error instanceof Error ? error.message : String(error);
          this.warn(
            asHeraldError(error, 'HERALD_LEARNER_FAULT', `learning at ${port} failed: ${words}`, { port }),
          );
          await this.leave(id);
        }
      }
    });
    return seen;
  }

  /** Tells that frames of these stations were just put in at a NIC's port. Quick, and never throws. */
  injected(nic: string, stations: readonly Station[]): void {
    try {
      this.attended.get(nic)?.learner?.injected?.(stations);
    } catch {
      // It then takes ours for the guest's: a guess that was announced once more, nothing worse.
    }
  }

  /** Stops learning; what does not stop is told of. */
  async close(): Promise<void> {
    await this.attend([]);
    await this.queue.close();
  }

  private async leave(id: string): Promise<void> {
    const { port, learner } = this.attended.get(id) ?? {};
    this.attended.delete(id);
    try {
      await learner?.close();
    } catch (error) {
      this.warn(
        asHeraldError(error, 'HERALD_LEARNER_FAULT', `learning at ${port ?? id} could not be stopped`, {
          nic: id,
        }),
      );
    }
  }

  /** One after another; a queue that is closed does nothing. */
  private async quietly(work: () => Promise<void>): Promise<void> {
    await this.queue.run(work).catch(() => {});
  }
}
