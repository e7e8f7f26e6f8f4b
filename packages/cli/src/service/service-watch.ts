import type { CancelTimer, Clock, HeraldHost, HostService, HostStats } from '@nic-herald/core';
import type { ServiceManager } from './service-manager.js';
import { serviceStatus } from './service-status.js';

/** How often the status line is looked at where there is no watchdog, ms. */
const STATUS_EVERY_MS = 15_000;

/**
 * Keeps the service manager informed while the agent runs, from the event loop: the status line when it changes, and that the
 * agent is well. It is well while its event loop turns, its host answers, and frames that wait to leave do leave. Another part that
 * is missing, such as a hand-off that hangs, is in the status line and no reason to be ended: what lies ready here would be lost.
 */
export class ServiceWatch implements HostService {
  private cancel: CancelTimer = () => {};
  private last: HostStats | undefined;
  private lastStatus = '';

  constructor(
    private readonly manager: Pick<ServiceManager, 'alive' | 'status' | 'watchdogMs'>,
    private readonly host: Pick<HeraldHost, 'stats'>,
    private readonly clock: Clock,
  ) {}

  async start(): Promise<void> {
    this.wait();
  }

  async close(): Promise<void> {
    this.cancel();
  }

  /** At half of what systemd grants, as sd_watchdog_enabled(3) wants it. */
  private wait(): void {
    const { watchdogMs } = this.manager;
    const everyMs = watchdogMs === undefined ? STATUS_EVERY_MS : watchdogMs / 2;
    this.cancel = this.clock.setTimer(everyMs, () => {
      this.wait();
      this.look();
    });
  }

  private look(): void {
    const stats = this.host.stats();
    const isWell = !isStuck(this.last, stats);
    this.last = stats;
    const status = isWell ? serviceStatus(stats) : `${stats.pacer.backlog} frames wait and none leaves`;
    if (status !== this.lastStatus) this.manager.status(status);
    this.lastStatus = status;
    if (isWell && this.manager.watchdogMs !== undefined) this.manager.alive();
  }
}

/** Whether frames wait, and since the last look none left and none came. */
const isStuck = (before: HostStats | undefined, now: HostStats): boolean =>
  before !== undefined &&
  now.pacer.backlog > 0 &&
  now.pacer.backlog === before.pacer.backlog &&
  now.frames.sent === before.frames.sent;
