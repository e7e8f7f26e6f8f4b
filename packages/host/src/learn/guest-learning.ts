import {
  asHeraldError,
  type Clock,
  type HeraldError,
  type LearnedStation,
  type MulticastReports,
  messageOf,
  type PortLearner,
  type Station,
} from '@nic-herald/core';
import { portKey } from '@nic-herald/core/internal';
import { withDeadline } from '../announce/deadline.js';
import { SerialQueue } from '../announce/serial-queue.js';
import type { ListedNic } from '../ports/listed-nic.js';
import type { LearnerRegistry } from './learner-registry.js';
import { type SoundReading, soundReading } from './sound-reading.js';

/** How long one reading may take, and how long a learner may take to stop, ms. */
const READ_DEADLINE_MS = 2000;

/** How full the table of a port is. */
interface LearnedTableSize {
  readonly stations: number;
  /** Absent where the learner does not tell. */
  readonly capacity?: number;
}

/** Learning at one port of a guest. */
export interface PortLearning {
  /** Absent where no learner is at work now. */
  readonly learner?: string | undefined;
  readonly stations?: number | undefined;
  readonly capacity?: number | undefined;
}

interface Attended {
  /** By `portKey`. */
  readonly key: string;
  readonly port: string;
  /** Absent where no learner can learn there, now or at all. */
  readonly learner?: PortLearner;
  /** Who learns there, or did last. */
  readonly by?: string;
  /** What was there at the last reading; absent: it was not read yet. */
  table?: LearnedTableSize;
  /** Learners that opened the port, and then could not read it once: the others come first. */
  readonly unread: ReadonlySet<string>;
  /** True where a learner supports the port, though it may have failed to open it. */
  readonly isSupported: boolean;
}

/** Whether a NIC has this port, as far as it was told. */
const mayBe = ({ port, isPortUnanswered }: ListedNic, key: string): boolean =>
  port === undefined ? isPortUnanswered === true : portKey(port) === key;

/** Who could not read a port once, after a reading failed. Where those were all there are, they have their turns again. */
const unreadBy = ({ by, table, unread }: Attended): ReadonlySet<string> => {
  if (by === undefined || table !== undefined) return new Set();
  return new Set(unread.has(by) ? [by] : [...unread, by]);
};

/**
 * Learning at the ports of one guest's NICs. It begins when a port is first seen, also before the guest
 * arrives, so that nothing the guest says first is missed.
 */
export class GuestLearning {
  private readonly attended = new Map<string, Attended>();
  /** What was put in last, by NIC: for a learner that begins after it, and finds it in a bridge's table. */
  private readonly lastInjected = new Map<string, readonly Station[]>();
  /** What was counted at the last reading, by NIC. */
  private readonly counted = new Map<string, readonly MulticastReports[]>();
  private readonly queue = new SerialQueue('learning');
  private hasLeft: () => void = () => {};

  constructor(
    private readonly learners: LearnerRegistry,
    private readonly clock: Clock,
    private readonly warn: (problem: HeraldError) => void,
  ) {}

  /** True where something is learned at a port, or may be once it is tried again. */
  get isActive(): boolean {
    return [...this.attended.values()].some(({ isSupported }) => isSupported);
  }

  /** How it stands at each port that it attends to. */
  get ports(): readonly PortLearning[] {
    return Array.from(this.attended.values(), ({ learner, by, table }) => ({
      learner: learner === undefined ? undefined : by,
      stations: table?.stations,
      capacity: table?.capacity,
    }));
  }

  /** Whether it is learned at every port where that is possible. */
  get isWell(): boolean {
    return [...this.attended.values()].every(
      ({ isSupported, learner }) => !isSupported || learner !== undefined,
    );
  }

  /**
   * Learns at the ports of these NICs and at no others; tries again where nobody could. Where it was not told what a port is
   * now, learning goes on. Never rejects.
   */
  attend(nics: readonly ListedNic[]): Promise<void> {
    return this.quietly(async () => {
      for (const [id, { key }] of [...this.attended]) {
        if (nics.some((nic) => nic.id === id && mayBe(nic, key))) continue;
        this.lastInjected.delete(id); // put in at another port
        await this.leave(id);
      }
      // All at once: a learner that hangs at one port holds up no other.
      await Promise.all(nics.map((nic) => this.begin(nic)));
    });
  }

  /**
   * What was seen at each NIC's port so far, by NIC id. A port that cannot be read is left, to be attended anew;
   * what was learned there before stays with whoever read it.
   */
  async read(): Promise<ReadonlyMap<string, readonly LearnedStation[]>> {
    const seen = new Map<string, readonly LearnedStation[]>();
    await this.quietly(async () => {
      await Promise.all(
        [...this.attended].map(async ([id, attended]) => {
          const { key, port, learner } = attended;
          if (learner === undefined) return;
          try {
            const { stations, capacity, reports } = await this.readPort(port, learner);
            attended.table = { stations: stations.length, ...(capacity === undefined ? {} : { capacity }) };
            seen.set(id, stations);
            if (reports === undefined) this.counted.delete(id);
            else this.counted.set(id, reports);
          } catch (error) {
            const words = messageOf(error);
            const message = `learning at ${port} failed: ${words}`;
            this.warn(asHeraldError(error, 'HERALD_LEARNER_FAULT', message, { port }));
            await this.leave(id);
            this.attended.set(id, { key, port, isSupported: true, unread: unreadBy(attended) }); // to be tried again
          }
        }),
      );
    });
    return seen;
  }

  /**
   * What the guest told of its multicast groups at a NIC's port up to the last `read`, counted since learning began
   * there; `undefined` where nobody counts, or the port was not read yet. Does not read: a guest that waits for its
   * migration tells nothing, so what was read while it waited still holds when it resumes. To learn what an
   * announcement brought, keep this then, `read` at its end, and hand both to `reportsSince`.
   */
  reports(nic: string): readonly MulticastReports[] | undefined {
    return this.counted.get(nic);
  }

  /** Tells that frames of these stations were just put in at a NIC's port. Quick, and never throws. */
  injected(nic: string, stations: readonly Station[]): void {
    this.lastInjected.set(nic, stations);
    try {
      this.attended.get(nic)?.learner?.injected?.(stations);
    } catch {
      // It then takes ours for the guest's: a guess that was announced once more, nothing worse.
    }
  }

  /** It is closed soon: who wants to learn at the same ports waits until it is. */
  leaveSoon(): void {
    const left = new Promise<void>((resolve) => {
      this.hasLeft = resolve;
    });
    const learning = [...this.attended.values()].filter(({ learner }) => learner !== undefined);
    this.learners.leaves(
      learning.map(({ key }) => key),
      left,
    );
  }

  /** Stops learning; what does not stop is told of. */
  async close(): Promise<void> {
    await this.attend([]);
    await this.queue.close();
    this.hasLeft();
  }

  /** Begins to learn at a NIC's port, where nobody does. */
  private async begin({ id, port }: ListedNic): Promise<void> {
    const before = this.attended.get(id);
    if (port === undefined || before?.learner !== undefined) return;
    const unread = before?.unread ?? new Set();
    const { learning, problems } = await this.learners.open(port, unread);
    for (const problem of problems) this.warn(problem);
    this.attended.set(id, {
      key: portKey(port),
      port: port.name,
      isSupported: learning !== undefined || problems.length > 0,
      unread,
      ...(learning === undefined ? {} : { learner: learning.port, by: learning.learner }),
    });
    const injected = this.lastInjected.get(id);
    if (injected !== undefined) this.injected(id, injected);
  }

  private async readPort(port: string, learner: PortLearner): Promise<SoundReading> {
    const what = `reading what was learned at ${port}`;
    return soundReading(
      await withDeadline(this.clock, READ_DEADLINE_MS, what, (signal) => learner.read({ signal })),
    );
  }

  private async leave(id: string): Promise<void> {
    const { port = id, learner } = this.attended.get(id) ?? {};
    this.attended.delete(id);
    this.counted.delete(id);
    if (learner === undefined) return;
    try {
      const what = `ending to learn at ${port}`;
      await withDeadline(this.clock, READ_DEADLINE_MS, what, () => learner.close());
    } catch (error) {
      const words = messageOf(error);
      const message = `learning at ${port} could not be stopped: ${words}`;
      this.warn(asHeraldError(error, 'HERALD_LEARNER_FAULT', message, { nic: id }));
    }
  }

  /** One after another; a queue that is closed does nothing. */
  private async quietly(work: () => Promise<void>): Promise<void> {
    await this.queue.run(work).catch(() => {});
  }
}
