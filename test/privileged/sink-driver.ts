import type {
  ArmRefusal,
  ChannelHealth,
  FrameDirection,
  SendResult,
  SinkState,
  Taken,
} from '@nic-herald/core';
import type { LinuxSinkProbe, LinuxTapSink } from '@nic-herald/sink-linux';
import { DriverProcess } from './driver-process.js';
import type { NetworkSandbox } from './network-sandbox.js';

/** One line to the driver process. Frames are in hexadecimal. */
export type SinkRequest =
  | { readonly do: 'start' | 'close' | 'probe' | 'told' }
  | { readonly do: 'hold' | 'read'; readonly tap: string }
  | { readonly do: 'open'; readonly port: string; readonly direction: FrameDirection }
  | { readonly do: 'send' | 'prepare'; readonly port: string; readonly frames: readonly string[] }
  | { readonly do: 'health' | 'fire' | 'lost'; readonly port: string }
  | ({ readonly do: 'arm'; readonly port: string; readonly frames: readonly string[] } & ArmWords)
  | { readonly do: 'take' | 'go' | 'learn' | 'learned'; readonly port: string }
  | { readonly do: 'write'; readonly tap: string; readonly frame: string }
  | { readonly do: 'lend'; readonly count: number }
  | { readonly do: 'reclaim' | 'kernel-path' }
  | { readonly do: 'hang'; readonly ms: number };

/** How frames are armed; what is left out is as generous as may be. */
export interface ArmWords {
  readonly trigger?: string;
  readonly ungranted?: number;
  readonly holdUs?: number;
  /** Takes what is armed at the port in the same breath. */
  readonly instead?: boolean;
}

/** A process in a sandbox that has a LinuxTapSink and does with it as told. */
export class SinkDriver extends DriverProcess<SinkRequest> {
  /** `without` names capabilities it must not have; `before` is a command that runs what follows it. */
  constructor(sandbox: NetworkSandbox, without: readonly string[] = [], before: readonly string[] = []) {
    super(sandbox, new URL('sink-driver-main.ts', import.meta.url), without, before);
  }

  start(): Promise<void> {
    return this.ask({ do: 'start' });
  }

  close(): Promise<void> {
    return this.ask({ do: 'close' });
  }

  probe(): Promise<LinuxSinkProbe> {
    return this.ask({ do: 'probe' });
  }

  hold(tap: string): Promise<void> {
    return this.ask({ do: 'hold', tap });
  }

  /** The next frame that came out of a held tap, in hexadecimal. */
  read(tap: string): Promise<string> {
    return this.ask({ do: 'read', tap });
  }

  open(port: string, direction: FrameDirection = 'from-guest'): Promise<void> {
    return this.ask({ do: 'open', port, direction });
  }

  send(port: string, frames: readonly string[]): Promise<SendResult> {
    return this.ask({ do: 'send', port, frames });
  }

  health(port: string): Promise<ChannelHealth> {
    return this.ask({ do: 'health', port });
  }

  /** Lays frames out for a port, for `fire`. */
  prepare(port: string, frames: readonly string[]): Promise<void> {
    return this.ask({ do: 'prepare', port, frames });
  }

  /** Sends what was laid out for a port. */
  fire(port: string): Promise<SendResult> {
    return this.ask({ do: 'fire', port });
  }

  /** How many frames its channel lost; `not known` where it does not say. */
  lost(port: string): Promise<number | 'not known'> {
    return this.ask({ do: 'lost', port });
  }

  /** Arms frames at a port: `armed`, or the refusal. */
  arm(port: string, frames: readonly string[], words: ArmWords = {}): Promise<'armed' | ArmRefusal> {
    return this.ask({ do: 'arm', port, frames, ...words });
  }

  /** Takes what is armed at a port. */
  take(port: string): Promise<Taken> {
    return this.ask({ do: 'take', port });
  }

  /** Takes what is armed at a port and sends what is left, as a host does when its guest runs. */
  go(port: string): Promise<Taken> {
    return this.ask({ do: 'go', port });
  }

  /** Writes a frame to a held tap, as its guest or QEMU would. */
  write(tap: string, frame: string): Promise<void> {
    return this.ask({ do: 'write', tap, frame });
  }

  lend(count: number): Promise<number> {
    return this.ask({ do: 'lend', count });
  }

  reclaim(): Promise<number> {
    return this.ask({ do: 'reclaim' });
  }

  /** Learns at a port in the kernel. */
  learn(port: string): Promise<void> {
    return this.ask({ do: 'learn', port });
  }

  /** The MACs that were learned there. */
  learned(port: string): Promise<readonly string[]> {
    return this.ask({ do: 'learned', port });
  }

  /** Holds its event loop for so long. */
  hang(ms: number): Promise<void> {
    return this.ask({ do: 'hang', ms });
  }

  /** Whether the kernel can send by itself. */
  kernelPath(): Promise<LinuxTapSink['kernelPath']> {
    return this.ask({ do: 'kernel-path' });
  }

  /** All that the sink told of itself so far. */
  told(): Promise<readonly SinkState[]> {
    return this.ask({ do: 'told' });
  }
}
