import { messageOf } from '@nic-herald/core';
import { sendDatagram } from '@nic-herald/linux-sys';
import type { Logger } from 'pino';

/** The environment as systemd hands it to a service; what is only for this process is taken out of it. */
export type ServiceEnvironment = Record<string, string | undefined>;

/** How a notice gets to the service manager. Throws where it does not. */
export type SendNotice = (address: string, bytes: Uint8Array) => void;

/** What systemd says in the environment of a service of `Type=notify`. */
export interface ServiceChannel {
  /** Where notices go: a path, or `@` and the name of an abstract socket. */
  readonly address: string;
  /** WatchdogSec=, ms; absent: nobody waits to be told that this process is well. */
  readonly watchdogMs?: number;
}

/**
 * The service manager that started this process, `undefined` where there is none. Its variables (sd_notify(3),
 * sd_watchdog_enabled(3)) leave the environment, so that no child process speaks in this one's name.
 */
export const takeServiceChannel = (env: ServiceEnvironment, pid: number): ServiceChannel | undefined => {
  const { NOTIFY_SOCKET: address, WATCHDOG_USEC: usec = '', WATCHDOG_PID: watched } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (address === undefined || address === '') return undefined;
  const isOurs = /^[1-9]\d{0,15}$/.test(usec) && (watched === undefined || watched === String(pid));
  return { address, ...(isOurs ? { watchdogMs: Number(usec) / 1000 } : {}) };
};

/** Tells the service manager how the agent stands, by sd_notify(3). That it cannot is logged once, and harms nothing here. */
export class ServiceManager {
  private isReady = false;
  private hasFailed = false;

  constructor(
    private readonly channel: ServiceChannel,
    private readonly logger: Logger,
    private readonly send: SendNotice = sendDatagram,
  ) {}

  /** How long systemd waits for `alive`, ms; absent: it does not. */
  get watchdogMs(): number | undefined {
    return this.channel.watchdogMs;
  }

  /** Nothing is missed from now on. */
  ready(status: string): void {
    this.isReady = true;
    this.tell('READY=1', statusLine(status));
  }

  /** The configuration is being read anew. Not told before `ready`: systemd knows no reload of what still starts. */
  reloading(): void {
    if (!this.isReady) return;
    // systemd tells by the time which READY=1 belongs to which reload
    this.tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  /** The new configuration holds, or the old one where the new is broken. */
  reloaded(): void {
    if (this.isReady) this.tell('READY=1');
  }

  /** It is ending. */
  stopping(): void {
    this.tell('STOPPING=1', statusLine('stopping'));
  }

  /** One line on how it stands, for `systemctl status`. */
  status(status: string): void {
    this.tell(statusLine(status));
  }

  /** It is well: without this for `watchdogMs`, systemd ends it and starts it anew. */
  alive(): void {
    this.tell('WATCHDOG=1');
  }

  private tell(...lines: readonly string[]): void {
    try {
      this.send(this.channel.address, new TextEncoder().encode(lines.join('\n')));
      this.hasFailed = false;
    } catch (error) {
      if (this.hasFailed) return;
      this.hasFailed = true;
      this.logger.error(
        { code: 'HERALD_SERVICE_NOTIFY', notice: lines[0], err: error },
        `the service manager cannot be told at ${this.channel.address} how this agent stands: ${messageOf(error)}`,
      );
    }
  }
}

const statusLine = (status: string): string => `STATUS=${status.replace(/\s+/g, ' ')}`;
