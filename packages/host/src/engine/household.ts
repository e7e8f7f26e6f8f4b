import { guestLabel, HeraldError, isSameProcess, type ProcessIncarnation } from '@nic-herald/core';
import { isSameMachine } from '../knowledge/same-machine.js';
import type { GuestSession } from './guest-session.js';

/**
 * The processes of this host that have guests of one key: a guest that moves within the host has two, and so has a
 * guest whose copy was started beside it. Of those where the guest is, one publishes: the hand-off has one entry for a
 * key and a host.
 */
export class Household {
  constructor(
    /** In the order in which they were first seen. */
    private readonly sessions: readonly GuestSession[],
    /** The process that this host's entry named when it was last read. */
    private readonly named: ProcessIncarnation | undefined,
  ) {}

  /** Whether this session is the one that publishes: the one the entry names, else the first that runs, or is here. */
  mayPublish(session: GuestSession): boolean {
    const here = this.sessions.filter(({ isHere }) => isHere);
    const { named } = this;
    const known =
      named && here.find(({ guest: { process } }) => process !== undefined && isSameProcess(process, named));
    return (known ?? here.find(({ isRunning }) => isRunning) ?? here[0] ?? session) === session;
  }

  /** A shell that the guest left for this session's process: it has moved within the host. */
  shellsLeftFor(session: GuestSession): readonly GuestSession[] {
    if (!session.isRunning) return [];
    return this.others(session).filter((other) => !other.isRunning && areSame(other, session));
  }

  /** Whether another process of this host runs the very guest of this session. */
  runsElsewhere(session: GuestSession): boolean {
    return this.others(session).some((other) => other.isRunning && areSame(other, session));
  }

  /** Sessions where a guest of this key is, too, other than this one. */
  rivalsOf(session: GuestSession): readonly GuestSession[] {
    return session.isHere ? this.others(session).filter(({ isHere }) => isHere) : [];
  }

  private others(session: GuestSession): readonly GuestSession[] {
    return this.sessions.filter((each) => each !== session);
  }
}

const areSame = (a: GuestSession, b: GuestSession): boolean => isSameMachine(a.primaryMacs, b.primaryMacs);

/** What is told of a guest beside which another of its key is here. */
export const twinHere = (session: GuestSession, rival: GuestSession): HeraldError =>
  new HeraldError(
    'HERALD_GUEST_TWIN',
    `${guestLabel(session.guest.identity)} is here twice, as ${session.guest.instance} and as ${rival.guest.instance}: only the first is handed over; give each guest a UUID of its own`,
    { details: { instance: session.guest.instance, other: rival.guest.instance } },
  );
