import {
  type AnnounceRequest,
  asHeraldError,
  type CardRecording,
  type Guest,
  type GuestInspection,
  type GuestIntake,
  type GuestKey,
  guestLabel,
  HeraldError,
  type MigrationReport,
  messageOf,
  type RecordRequest,
} from '@nic-herald/core';
import { checkAnnounceTiming, timingWith } from '@nic-herald/core/internal';
import { type DepartedGuest, HandoffTidier } from '../handoff/handoff-tidier.js';
import { onlyStations } from '../plan/only-stations.js';
import type { GuestStanding } from '../service/guest-census.js';
import type { EngineServices } from './engine-services.js';
import { GuestSession } from './guest-session.js';
import { Household, twinHere } from './household.js';
import { inspectGuest } from './inspect-guest.js';
import type { AnnounceChoice } from './plan-guest.js';
import { recordCard } from './record-card.js';

type Fact<N extends keyof GuestIntake> = Parameters<GuestIntake[N]>[0];
type OfGuest = { readonly guest: Guest };

/** Turns what monitors report into work: one session per guest and hypervisor process. */
export class AnnounceEngine implements GuestIntake {
  private readonly sessions = new Map<string, GuestSession>();
  /** Those that have a key, by it, the first that came first. */
  private readonly byKey = new Map<GuestKey, readonly GuestSession[]>();
  private readonly closing = new Set<Promise<void>>();
  private readonly tidier: HandoffTidier;

  constructor(private readonly services: EngineServices) {
    this.tidier = new HandoffTidier(services);
  }

  guests(): readonly Guest[] {
    return [...this.sessions.values()].map(({ guest }) => guest);
  }

  /** Resolves once every guest of now is learned at, or cannot be. Never rejects. */
  async learningBegun(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.learningBegun));
  }

  /** Where the guests of now stand. */
  standings(): readonly GuestStanding[] {
    return [...this.sessions.values()].map(({ standing }) => standing);
  }

  async inspect(guest: Guest): Promise<GuestInspection> {
    return inspectGuest(this.sessionOf(guest), this.services);
  }

  /** Announces a running guest now. See `HeraldHost.announce`. */
  async announce(guest: Guest, request: AnnounceRequest): Promise<MigrationReport> {
    const session = this.runningSession(guest, 'announced');
    await session.freshLook();
    const { nics, retryOf, signal, stations } = request;
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
      const timing = checkAnnounceTiming(timingWith(all.timing, request.timing ?? {}));
      const plans = all.plans.filter(({ nic }) => nics?.includes(nic.id) ?? true);
      return {
        ...all,
        plans: stations === undefined ? plans : onlyStations(plans, stations),
        timing,
        ...(retryOf !== undefined && { retryOf }),
      };
    };
    return session.announce(choose, signal);
  }

  /** Records a live card. See `HeraldHost.record`. */
  async record(guest: Guest, request: RecordRequest): Promise<CardRecording> {
    return recordCard(this.runningSession(guest, 'recorded').guest, request, this.services);
  }

  /** Plans again for guests that are awaited, by the policy of now. */
  policyChanged(): void {
    for (const session of this.sessions.values()) session.policyChanged();
  }

  /** From now on nothing is acted on. */
  async close(): Promise<void> {
    this.tidier.close();
    this.services.sinkWatch.close();
    this.services.otherGuests.close();
    this.services.neighbourhood.close();
    this.services.hostTwins.close();
    for (const session of this.sessions.values()) this.closing.add(session.close());
    this.sessions.clear();
    this.byKey.clear();
    await Promise.all(this.closing);
  }

  appeared({ guest, phase }: Fact<'appeared'>): void {
    this.gone({ guest });
    const owner = {
      mayPublish: () => this.householdOf(session)?.mayPublish(session) ?? true,
      looked: () => this.looked(session),
    };
    const session: GuestSession = new GuestSession(guest, phase, this.services, owner);
    this.sessions.set(guest.instance, session);
    if (session.key !== undefined) {
      this.byKey.set(session.key, [...this.ofKey(session.key), session]);
      this.tidier.present(session.key);
    }
    session.begin();
  }

  gone({ guest }: OfGuest): void {
    const session = this.of({ guest });
    if (session === undefined) return;
    this.sessions.delete(guest.instance);
    this.forgetKeyOf(session);
    const { phase, isHere } = session;
    const closing = session
      .close()
      .catch((error: unknown) => this.faulted(guest, error))
      .finally(() => this.closing.delete(closing));
    this.closing.add(closing);
    const departed = departedOf(session);
    if (departed === undefined) return;
    const others = this.others(session);
    if (isHere) for (const other of others) other.publish(); // one of them may publish now
    if (others.length > 0) return;
    if (phase === 'running') this.tidier.gone(departed);
    else if (phase !== 'incoming') this.tidier.departed(departed);
  }

  /** The hot path: the session first, then what others of the same guest have to know. */
  resumed(fact: Fact<'resumed'>): void {
    const session = this.of(fact);
    if (session === undefined) return;
    const hasArrived = session.phase === 'incoming';
    session.take({ is: 'resumed' }, { ...fact, isAlone: !this.areOthersComing(session) });
    if (session.key === undefined) return;
    this.tidier.present(session.key);
    if (!hasArrived) return;
    const household = this.householdOf(session);
    for (const shell of household?.shellsLeftFor(session) ?? []) shell.take({ is: 'displaced' });
  }

  stopped(fact: OfGuest): void {
    const session = this.of(fact);
    session?.take({ is: 'stopped' });
    // Its other process may have been heard of first.
    if (session !== undefined && this.householdOf(session)?.runsElsewhere(session) === true) {
      session.take({ is: 'displaced' });
    }
  }

  incoming(fact: OfGuest): void {
    this.of(fact)?.take({ is: 'incoming' });
  }

  /** It may still be held, and nothing is known that was not before. */
  loaded(_: OfGuest): void {}

  outgoing(fact: OfGuest): void {
    this.of(fact)?.take({ is: 'outgoing' });
  }

  left(fact: OfGuest): void {
    const session = this.of(fact);
    session?.take({ is: 'left' });
    const departed = session?.phase === 'migrated-away' ? departedOf(session) : undefined;
    if (session !== undefined && departed !== undefined && this.others(session).length === 0) {
      this.tidier.departed(departed);
    }
  }

  failed({ guest, side }: Fact<'failed'>): void {
    this.of({ guest })?.take({ is: side === 'source' ? 'stayed' : 'refused' });
  }

  reset(fact: OfGuest): void {
    this.of(fact)?.reset();
  }

  changed({ guest, nic }: Fact<'changed'>): void {
    this.of({ guest })?.changed(nic);
  }

  private of({ guest }: OfGuest): GuestSession | undefined {
    return this.sessions.get(guest.instance);
  }

  private sessionOf(guest: Guest): GuestSession {
    const session = this.of({ guest });
    if (session !== undefined) return session;
    throw new HeraldError('HERALD_GUEST_UNKNOWN', `${guestLabel(guest.identity)} is not on this host`);
  }

  private runningSession(guest: Guest, done: 'announced' | 'recorded'): GuestSession {
    const session = this.sessionOf(guest);
    if (session.phase === 'running') return session;
    throw new HeraldError(
      'HERALD_GUEST_NOT_RUNNING',
      `${guestLabel(guest.identity)} is ${session.phase} on this host; only a guest that runs here may be ${done} here`,
      { details: { phase: session.phase } },
    );
  }

  /** Whether another guest may resume here at any moment. */
  private areOthersComing(session: GuestSession): boolean {
    for (const each of this.sessions.values()) if (each !== session && each.phase === 'incoming') return true;
    return false;
  }

  /** Two guests of one key: who they are is known by now. */
  private looked(session: GuestSession): void {
    for (const rival of this.householdOf(session)?.rivalsOf(session) ?? []) {
      session.tell(twinHere(session, rival));
      rival.tell(twinHere(rival, session));
    }
  }

  private householdOf(session: GuestSession): Household | undefined {
    const { key } = session;
    if (key === undefined) return undefined;
    return new Household(this.ofKey(key), session.handoff.named);
  }

  private ofKey(key: GuestKey): readonly GuestSession[] {
    return this.byKey.get(key) ?? [];
  }

  private forgetKeyOf(session: GuestSession): void {
    const { key } = session;
    if (key === undefined) return;
    const left = this.ofKey(key).filter((each) => each !== session);
    if (left.length === 0) this.byKey.delete(key);
    else this.byKey.set(key, left);
  }

  private faulted(guest: Guest, error: unknown): void {
    const message = `${guestLabel(guest.identity)} could not be let go of: ${messageOf(error)}`;
    const warning = asHeraldError(error, 'HERALD_ENGINE_FAULT', message);
    this.services.bus.emit('warning', { warning, guest });
  }

  /** The same key in other processes of this host. */
  private others(session: GuestSession): readonly GuestSession[] {
    if (session.key === undefined) return [];
    return this.ofKey(session.key).filter((each) => each !== session);
  }
}

const departedOf = ({ handoff, primaryMacs, guest }: GuestSession): DepartedGuest | undefined => {
  const { key, stores } = handoff;
  const process = guest.process === undefined ? {} : { process: guest.process };
  return key === undefined ? undefined : { key, stores, primaryMacs, ...process };
};
