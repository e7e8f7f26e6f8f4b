import {
  type AnnounceTiming,
  checkAnnounceTiming,
  type Guest,
  guestLabel,
  HeraldError,
  type MigrationEventBus,
  type MigrationEvents,
  type MigrationReport,
} from '@nic-herald/core';
import type { AnnounceRequest, GuestInspection } from '../herald-host.js';
import { NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import type { EngineServices } from './engine-services.js';
import { fetchHandoff } from './fetch-handoff.js';
import { GuestSession } from './guest-session.js';
import { HandoffTidier } from './handoff-tidier.js';
import { inspectGuest } from './inspect-guest.js';
import type { AnnounceChoice } from './plan-guest.js';

/** Turns the facts on the bus into work: one session per guest and hypervisor process. */
export class AnnounceEngine {
  private readonly sessions = new Map<string, GuestSession>();
  private readonly closing = new Set<Promise<void>>();
  private readonly tidier: HandoffTidier;
  private unsubscribe: readonly (() => void)[] = [];

  constructor(private readonly services: EngineServices) {
    this.tidier = new HandoffTidier(services);
  }

  /** Listens from now on. Before the monitors start, so that nothing is missed. */
  start(): void {
    const bus: MigrationEventBus = this.services.bus;
    this.unsubscribe = [
      bus.on('guest:resumed', (fact) => this.resumed(fact)),
      bus.on('guest:stopped', (fact) => this.of(fact)?.stopped()),
      bus.on('guest:appeared', ({ guest, phase }) =>
        this.appear(new GuestSession(guest, phase, this.services)),
      ),
      bus.on('guest:gone', ({ guest }) => this.forget(guest)),
      bus.on('nic:filter-changed', (fact) => this.of(fact)?.changed(fact.nic)),
      bus.on('nic:list-changed', (fact) => this.of(fact)?.changed()),
      bus.on('migration:incoming', (fact) => this.of(fact)?.incoming()),
      bus.on('migration:outgoing', (fact) => this.of(fact)?.outgoing()),
      bus.on('migration:failed', (fact) => this.of(fact)?.failed(fact.side)),
      bus.on('migration:completed', (fact) => {
        if (fact.side === 'source') this.left(this.of(fact));
      }),
    ];
  }

  guests(): readonly Guest[] {
    return [...this.sessions.values()].map(({ guest }) => guest);
  }

  async inspect(guest: Guest): Promise<GuestInspection> {
    return inspectGuest(this.sessionOf(guest), this.services);
  }

  /** Announces a running guest now. See `HeraldHost.announce`. */
  async announce(guest: Guest, request: AnnounceRequest): Promise<MigrationReport> {
    const session = this.sessionOf(guest);
    if (session.phase !== 'running') {
      throw new HeraldError(
        'HERALD_GUEST_NOT_RUNNING',
        `${guestLabel(guest.identity)} is ${session.phase} on this host; only a guest that runs here may be announced here`,
        { details: { phase: session.phase } },
      );
    }
    await session.freshLook();
    const handoff = await fetchHandoff(session.key, 'running', this.services).catch(() => NO_HANDOFF);
    const { nics, signal } = request;
    const choose = (all: AnnounceChoice): AnnounceChoice => {
      const known = all.plans.map(({ nic }) => nic.id);
      const unknown = nics?.find((id) => !known.includes(id));
      if (unknown !== undefined) {
        throw new HeraldError(
          'HERALD_NIC_UNKNOWN',
          `${guestLabel(guest.identity)} has no NIC ${unknown}; it has ${known.join(', ') || 'none'}`,
          { details: { nic: unknown } },
        );
      }
      const timing: AnnounceTiming = checkAnnounceTiming({ ...all.timing, ...request.timing });
      return { ...all, plans: all.plans.filter(({ nic }) => nics?.includes(nic.id) ?? true), timing };
    };
    return session.announce('manual', handoff, choose, signal);
  }

  async close(): Promise<void> {
    for (const stop of this.unsubscribe) stop();
    this.tidier.close();
    for (const session of this.sessions.values()) this.closing.add(session.close());
    this.sessions.clear();
    await Promise.all(this.closing);
  }

  private of({ guest }: { readonly guest: Guest }): GuestSession | undefined {
    return this.sessions.get(guest.instance);
  }

  private sessionOf(guest: Guest): GuestSession {
    const session = this.of({ guest });
    if (session !== undefined) return session;
    throw new HeraldError('HERALD_GUEST_UNKNOWN', `${guestLabel(guest.identity)} is not on this host`);
  }

  /** The hot path: the session first, then what others of the same guest have to know. */
  private resumed(fact: MigrationEvents['guest:resumed']): void {
    const session = this.of(fact);
    if (session === undefined) return;
    const hasArrived = session.resumed(fact, !this.areOthersComing(session));
    const { key } = session;
    if (key === undefined) return;
    this.tidier.present(key);
    // A local migration: what is left of the guest in the other process must not publish any more.
    if (hasArrived) for (const other of this.others(session)) if (other.phase !== 'running') other.left();
  }

  /** Whether another guest may resume here at any moment. */
  private areOthersComing(session: GuestSession): boolean {
    for (const each of this.sessions.values()) if (each !== session && each.phase === 'incoming') return true;
    return false;
  }

  private left(session: GuestSession | undefined): void {
    session?.left();
    if (session?.key !== undefined && this.others(session).length === 0) this.tidier.departed(session.key);
  }

  /** The same guest in other processes of this host. */
  private others(session: GuestSession): readonly GuestSession[] {
    if (session.key === undefined) return [];
    return [...this.sessions.values()].filter((each) => each !== session && each.key === session.key);
  }

  private appear(session: GuestSession): void {
    this.forget(session.guest);
    this.sessions.set(session.guest.instance, session);
    if (session.key !== undefined) this.tidier.present(session.key);
    session.begin();
  }

  private forget(guest: Guest): void {
    const session = this.of({ guest });
    if (session === undefined) return;
    this.sessions.delete(guest.instance);
    const closing = session.close().finally(() => this.closing.delete(closing));
    this.closing.add(closing);
    const { key } = session;
    if (key === undefined || this.others(session).length > 0) return;
    if (session.phase === 'running') this.tidier.gone(key);
    else if (session.phase !== 'incoming') this.tidier.departed(key);
  }
}
