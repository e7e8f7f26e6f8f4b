import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { ChannelHealth, FrameDirection, SendResult } from '@nic-herald/core';
import type { LinuxSinkProbe } from '@nic-herald/sink-linux';
import type { NetworkSandbox } from './network-sandbox.js';

/** One line to the driver process. Frames are in hexadecimal. */
export type DriverRequest =
  | { readonly do: 'start' | 'close' | 'probe' }
  | { readonly do: 'hold' | 'read'; readonly tap: string }
  | { readonly do: 'open'; readonly port: string; readonly direction: FrameDirection }
  | { readonly do: 'send'; readonly port: string; readonly frames: readonly string[] }
  | { readonly do: 'health'; readonly port: string };

type Answer = { readonly value?: unknown } | { readonly code: string; readonly message: string };

/** A refusal of the driver's sink: the error's code and message. */
class DriverRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A process in a sandbox that has a LinuxTapSink and does with it as told. */
export class SinkDriver {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  /** `without` names capabilities the process must not have, as setpriv(1) does: `net_admin`. */
  constructor(sandbox: NetworkSandbox, without: readonly string[] = []) {
    const script = new URL('sink-driver-main.ts', import.meta.url).pathname;
    const node = [process.execPath, '--conditions=nic-herald:source', '--import', 'tsx', script];
    const bounded =
      without.length > 0 ? ['setpriv', '--bounding-set', without.map((one) => `-${one}`).join()] : [];
    this.child = sandbox.spawn([...bounded, ...node]);
    this.child.stderr?.on('data', (text: Uint8Array) => {
      this.complaints += String(text);
    });
    const lines: Interface = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = lines[Symbol.asyncIterator]();
  }

  /** `ip netns exec` replaces itself, so this is the sink's own process. */
  get pid(): number {
    return this.child.pid ?? 0;
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

  /** Kills the process as the system would, and waits until it is gone. */
  async kill(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGKILL');
    await gone;
  }

  private async ask<T>(request: DriverRequest): Promise<T> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new DriverRefusal('exit', `the driver ended: ${this.complaints}`);
    const answer = JSON.parse(line.value) as Answer;
    if ('code' in answer) throw new DriverRefusal(answer.code, answer.message);
    return answer.value as T;
  }
}
