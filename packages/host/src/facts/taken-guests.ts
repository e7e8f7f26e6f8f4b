import { type Guest, type GuestPhase, guestKeyOf, guestLabel, HeraldError } from '@nic-herald/core';
import { isAwaited, phaseOf, type Residence, residenceAt } from '../residence/residence.js';
import { type ResidenceFact, residenceStep } from '../residence/residence-step.js';

/** What a monitor reports of where a guest stands; the rest the engine finds out itself. */
type ReportedFact = Extract<
  ResidenceFact,
  { readonly is: 'incoming' | 'resumed' | 'stopped' | 'outgoing' | 'left' | 'stayed' | 'refused' }
>['is'];

interface Watched {
  readonly guest: Guest;
  readonly sameAs: string;
  /** As its monitor tells; judged by nobody. */
  residence: Residence;
  /** Whether what is reported of it is acted on: not of one that another monitor watches already. */
  isTaken: boolean;
}

/** A guest that takes the place of one that is gone, with what it was told to be doing meanwhile. */
export interface Heir {
  readonly guest: Guest;
  readonly phase: GuestPhase;
  readonly isLeaving: boolean;
}

/**
 * The guests that the monitors of this host report, of which several may watch one: it is one guest of one hypervisor's
 * process all the same. The first is taken, and the others are kept in mind, to take its place when it is gone. A guest that
 * moves within the host is in two processes, and so two; one whose monitor cannot tell the process is one for itself.
 */
export class TakenGuests {
  private readonly byInstance = new Map<string, Watched>();
  /** Those that may be one, in the order in which they were first seen. */
  private readonly bySameness = new Map<string, readonly Watched[]>();

  /** A guest is there; gives the one that is taken already and is this very guest. */
  appeared(guest: Guest, phase: GuestPhase): Guest | undefined {
    const sameAs = samenessOf(guest);
    if (sameAs === undefined) return undefined;
    const watched = { guest, sameAs, residence: residenceAt(phase), isTaken: false };
    const taken = this.takenBeside(watched);
    watched.isTaken = taken === undefined;
    this.byInstance.set(guest.instance, watched);
    this.bySameness.set(sameAs, [...(this.bySameness.get(sameAs) ?? []), watched]);
    return taken?.guest;
  }

  /** What was there under the instance of a guest is not any more; gives what that was. */
  gone({ instance }: Guest): Guest | undefined {
    const watched = this.byInstance.get(instance);
    if (watched === undefined) return undefined;
    const { guest, sameAs } = watched;
    this.byInstance.delete(instance);
    const others = this.bySameness.get(sameAs)?.filter((each) => each !== watched) ?? [];
    if (others.length === 0) this.bySameness.delete(sameAs);
    else this.bySameness.set(sameAs, others);
    return guest;
  }

  /** Takes another in the place of one that is gone, where none is taken by now. */
  heirOf(guest: Guest): Heir | undefined {
    const sameAs = samenessOf(guest);
    const waiting = sameAs === undefined ? [] : (this.bySameness.get(sameAs) ?? []);
    const heir = waiting.find((each) => !each.isTaken && this.takenBeside(each) === undefined);
    if (heir === undefined) return undefined;
    heir.isTaken = true;
    const { residence } = heir;
    const isLeaving = residence.state === 'leaving' || residence.isLeaving;
    return { guest: heir.guest, phase: phaseOf(residence), isLeaving };
  }

  /** Whether another of the same guest is taken, so that what is reported of this one is not acted on. */
  isDouble({ instance }: Guest): boolean {
    return this.byInstance.get(instance)?.isTaken === false;
  }

  /** Notes what is reported of a guest. */
  note({ instance }: Guest, is: ReportedFact): void {
    const watched = this.byInstance.get(instance);
    if (watched !== undefined) watched.residence = residenceStep(watched.residence, { is }).residence;
  }

  private takenBeside(watched: Watched): Watched | undefined {
    const same = this.bySameness.get(watched.sameAs) ?? [];
    return same.find((each) => each.isTaken && areOne(each, watched));
  }
}

/** What guests have in common that may be one; absent where that cannot be told. */
const samenessOf = ({ identity, process }: Guest): string | undefined => {
  const key = guestKeyOf(identity);
  if (key === undefined || process === undefined) return undefined;
  const { bootId, pid, startTicks } = process;
  return JSON.stringify([bootId, pid, startTicks, key]);
};

/**
 * A process of which nobody tells when it started may be a program that passes on what several hypervisors say: both ends of
 * a migration have one key there.
 */
const areOne = (a: Watched, b: Watched): boolean =>
  a.guest.startedAt !== undefined ||
  b.guest.startedAt !== undefined ||
  isAwaited(a.residence) === isAwaited(b.residence);

/** What is told of a guest that is watched twice. */
export const guestWatchedTwice = (taken: Guest, double: Guest): HeraldError =>
  new HeraldError(
    'HERALD_GUEST_WATCHED_TWICE',
    `${guestLabel(taken.identity)} is watched twice, as ${taken.instance} and as ${double.instance}: process ${taken.process?.pid} is behind both. It is taken as ${taken.instance}, and as the other one when that is gone; leave one of the two out of what the monitors watch`,
    { details: { instance: taken.instance, other: double.instance, pid: taken.process?.pid } },
  );
