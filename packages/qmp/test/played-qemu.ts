import { GuestWatch } from '../src/guest/guest-watch.js';
import type { QmpEvent, QmpEventListener, QmpTransport } from '../src/transport/qmp-transport.js';
import { defaultReplies, type Request } from './fake-qemu.js';
import { HeardMonitor } from './heard-monitor.js';
import { TestClock } from './test-clock.js';

/** Delivers something that happened before. */
type Deliver = () => void;

/**
 * A QEMU behind a transport that delivers replies and events in whatever order a test wants: what it says is made when it
 * is asked or when it happens, and heard when the test says so.
 */
export class PlayedQemu implements QmpTransport {
  readonly address = 'web-1';
  readonly clock = new TestClock();
  readonly told = new HeardMonitor();
  readonly asked: string[] = [];
  runState = 'running';
  migration: object = {};
  capabilities: readonly string[] = ['events'];
  /** Called as a command is asked, before its reply is made. */
  onAsked: (command: string) => void = () => undefined;
  private readonly replies = defaultReplies() as Record<string, (request: Request) => unknown>;
  private readonly listeners = new Set<QmpEventListener>();
  private readonly holding = new Map<string, Array<(release: Deliver) => void>>();

  onEvent(listener: QmpEventListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async execute(command: string, args?: object): Promise<unknown> {
    this.asked.push(command);
    this.onAsked(command);
    const reply = this.replyTo(command, args);
    const held = this.holding.get(command)?.shift();
    if (held) await new Promise<void>((resolve) => held(resolve));
    if (reply instanceof Error) throw reply;
    return reply;
  }

  /** Holds the reply to the next such command back, once it is asked: resolves with the way to let it go. */
  hold(command: string): Promise<Deliver> {
    return new Promise((resolve) => {
      const all = this.holding.get(command) ?? [];
      this.holding.set(command, [...all, resolve]);
    });
  }

  /** Something happens now, 10 ms after what was before; it is heard whenever, and as often as, the result is called. */
  happens(name: string, data?: object): Deliver {
    this.clock.advance(10);
    const event: QmpEvent = { name, data, stampedAt: this.clock.now() };
    if (name === 'RESUME') this.runState = 'running';
    if (name === 'STOP') this.runState = 'paused';
    this.clock.advance(10);
    return () => this.hear(event);
  }

  hear(event: QmpEvent): void {
    for (const listener of this.listeners) listener(event, this.clock.now());
  }

  /** MIGRATION happens. */
  migrates(status: string): Deliver {
    return this.happens('MIGRATION', { status });
  }

  /** A watch of it, not introduced yet. */
  watched(): GuestWatch {
    const { clock, told } = this;
    const settings = { enableMigrationEvents: false, migrationPollMs: 1000, nicPollMs: 3_600_000 };
    return new GuestWatch('web-1#1', this, { intake: told.intake, bus: told.bus, clock, settings });
  }

  /** Lets everything that was asked be answered. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  }

  private replyTo(command: string, args: object | undefined): unknown {
    if (command === 'query-status') return { status: this.runState };
    if (command === 'query-migrate') return this.migration;
    if (command === 'query-migrate-capabilities') {
      return ['events', 'x-colo'].map((capability) => ({
        capability,
        state: this.capabilities.includes(capability),
      }));
    }
    const answer = this.replies[command]?.({ execute: command, arguments: { ...args }, id: 0 });
    return (answer as { return?: unknown } | undefined)?.return;
  }
}
