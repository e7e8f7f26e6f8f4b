import type { ServerResponse } from 'node:http';
import {
  ANNOUNCEMENT_COMPANION,
  type CancelTimer,
  type Clock,
  HeraldError,
  type HeraldHost,
} from '@nic-herald/core';
import { followMigrations, type MigrationFactLine, tokenName } from '@nic-herald/core/internal';
import { isNamed } from './find-guest.js';
import { Watcher } from './watcher.js';

/** What is watched. */
export type WatchedHost = Pick<HeraldHost, 'name' | 'bus' | 'describe'>;

/** Most that watch at a time: the others need connections, too. */
const MAX_WATCHERS = 8;
/** So often a watcher hears that the agent is there, ms. */
export const ALIVE_EVERY_MS = 5000;

/** Who watches an agent: each is sent a `MigrationLine` a fact, newline-delimited JSON, until it goes away or the agent closes. */
export class Watchers {
  /** With the guest that it is for, by name, UUID, key or instance; all where none is given. */
  private readonly watchers = new Map<Watcher, string | undefined>();
  private unfollow: (() => void) | undefined;
  private cancelTimer: CancelTimer | undefined;

  constructor(
    private readonly host: WatchedHost,
    private readonly clock: Pick<Clock, 'now' | 'setTimer'>,
  ) {}

  /** Answers a request with all that happens from now on. The guest need not be here. Throws HERALD_WATCH_FULL. */
  admit(response: ServerResponse, guest: string | undefined): void {
    if (this.watchers.size >= MAX_WATCHERS) {
      throw new HeraldError(
        'HERALD_WATCH_FULL',
        `${MAX_WATCHERS} watch the agent of ${this.host.name} already, and no more may: end one of them`,
        { details: { watchers: MAX_WATCHERS } },
      );
    }
    if (response.destroyed) return; // it went away, and its close was told
    const watcher = new Watcher(response, (lines) => ({ fact: 'dropped', ...this.now, lines }));
    response.once('close', () => this.leave(watcher));
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    this.watchers.set(watcher, guest);
    this.unfollow ??= followMigrations(this.host, this.clock, (line) => this.tell(line));
    this.cancelTimer ??= this.clock.setTimer(ALIVE_EVERY_MS, () => this.beat());
    watcher.tell({ fact: 'watching', ...this.now, proof: this.hasProof });
  }

  /** What was told so far is written where it is read at once. */
  close(): void {
    for (const watcher of this.watchers.keys()) {
      watcher.end();
      this.leave(watcher);
    }
  }

  private get now(): { readonly at: number; readonly host: string } {
    return { at: this.clock.now(), host: this.host.name };
  }

  /** Whether something here writes the section `proof` of reports. */
  private get hasProof(): boolean {
    const companion = tokenName(ANNOUNCEMENT_COMPANION);
    return this.host
      .describe()
      .plugins.some(({ registrations }) =>
        registrations.some(({ token, implementation }) => token === companion && implementation === 'proof'),
      );
  }

  private tell(line: MigrationFactLine): void {
    const { guest: identity, instance } = line;
    for (const [watcher, guest] of this.watchers) {
      if (guest === undefined || isNamed({ identity, instance }, guest)) watcher.tell(line);
    }
  }

  private beat(): void {
    for (const watcher of this.watchers.keys()) watcher.tellIfQuiet({ fact: 'alive', ...this.now });
    this.cancelTimer = this.clock.setTimer(ALIVE_EVERY_MS, () => this.beat());
  }

  private leave(watcher: Watcher): void {
    this.watchers.delete(watcher);
    if (this.watchers.size > 0) return;
    this.unfollow?.();
    this.unfollow = undefined;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}
