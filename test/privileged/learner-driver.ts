import type { LearnedStations, SendResult, Station } from '@nic-herald/core';
import type { LinuxLearnerProbe } from '@nic-herald/learner-linux';
import { DriverProcess } from './driver-process.js';
import type { NetworkSandbox } from './network-sandbox.js';

export type LearnerName = 'linux-bpf' | 'linux-bridge';

/** One line to the driver process. Frames are in hexadecimal. */
export type LearnerRequest =
  | { readonly do: 'probe' | 'map-bytes' }
  | { readonly do: 'hold'; readonly tap: string }
  | { readonly do: 'write' | 'inject'; readonly tap: string; readonly frames: readonly string[] }
  | {
      readonly do: 'speak';
      readonly tap: string;
      readonly frames: readonly string[];
      readonly forMs: number;
      readonly queues: 1 | 2;
    }
  | { readonly do: 'supports'; readonly learner: LearnerName; readonly port: string }
  | {
      readonly do: 'open';
      readonly learner: LearnerName;
      readonly port: string;
      readonly capacity: number;
      readonly tcx?: boolean;
    }
  | { readonly do: 'read' | 'close' | 'leave-clsact'; readonly port: string }
  | { readonly do: 'injected'; readonly port: string; readonly stations: readonly Station[] };

/** What was learned, and at most how long before that the guest fell silent, ms. */
export interface HeardOut {
  readonly learned: LearnedStations;
  readonly silentMs: number;
}

/** A process in a sandbox that holds guest ends of taps, learns at the taps, and injects there. */
export class LearnerDriver extends DriverProcess<LearnerRequest> {
  /** `without` names capabilities it must not have. */
  constructor(sandbox: NetworkSandbox, without: readonly string[] = []) {
    super(sandbox, new URL('learner-driver-main.ts', import.meta.url), without);
  }

  probe(): Promise<LinuxLearnerProbe> {
    return this.ask({ do: 'probe' });
  }

  /** Kernel memory of all maps that the process holds, bytes. */
  mapBytes(): Promise<number> {
    return this.ask({ do: 'map-bytes' });
  }

  hold(...taps: readonly string[]): Promise<unknown> {
    return Promise.all(taps.map((tap) => this.ask({ do: 'hold', tap })));
  }

  /** Sends as the guest would. */
  write(tap: string, frames: readonly string[]): Promise<void> {
    return this.ask({ do: 'write', tap, frames });
  }

  /** Sends as the guest would, over and over for some ms, on one queue of a tap that is held or on two of one that is not; then reads. */
  speak(tap: string, frames: readonly string[], forMs: number, queues: 1 | 2 = 1): Promise<HeardOut> {
    return this.ask({ do: 'speak', tap, frames, forMs, queues });
  }

  /** Sends as nic-herald's sink does. */
  inject(tap: string, frames: readonly string[]): Promise<SendResult> {
    return this.ask({ do: 'inject', tap, frames });
  }

  supports(learner: LearnerName, port: string): Promise<boolean> {
    return this.ask({ do: 'supports', learner, port });
  }

  /** `qdisc` does without tcx, as a kernel before Linux 6.6 does. */
  open(port: string, how: LearnerName | 'tcx' | 'qdisc' = 'linux-bpf', capacity = 1024): Promise<void> {
    const learner = how === 'linux-bridge' ? how : 'linux-bpf';
    return this.ask({ do: 'open', learner, port, capacity, tcx: how !== 'qdisc' });
  }

  read(port: string): Promise<LearnedStations> {
    return this.ask({ do: 'read', port });
  }

  /** Tells a bridge's learner of stations that were injected. */
  injected(port: string, stations: readonly Station[]): Promise<void> {
    return this.ask({ do: 'injected', port, stations });
  }

  /** Leaves at a port what earlier versions left when they were killed: a filter, and the clsact made for it. */
  leaveClsact(port: string): Promise<void> {
    return this.ask({ do: 'leave-clsact', port });
  }

  close(port: string): Promise<void> {
    return this.ask({ do: 'close', port });
  }
}
