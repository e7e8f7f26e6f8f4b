import type { GuestPhase } from '@nic-herald/core';
import type { SnapshotResidence } from '@nic-herald/core/internal';

/**
 * Where a guest stands in one hypervisor process of this host.
 * - `awaited`: it is about to come, and nothing lies ready for it yet
 * - `armed`: it is about to come, and its announcement lies ready
 * - `arrived`: it runs here, and its first round is still to be sent
 * - `resident`: it runs here, and nothing is owed
 * - `paused`: it is here and does not run; it may be leaving
 * - `leaving`: it runs here while it is being sent away
 * - `left`: all of it was sent away; what is here is a shell
 * - `failed`: it was to come, and did not
 */
export type ResidenceState =
  | 'awaited'
  | 'armed'
  | 'arrived'
  | 'resident'
  | 'paused'
  | 'leaving'
  | 'left'
  | 'failed';

/**
 * What is to be made of a guest when the hand-off is read.
 * - `found`: it was here when it was first seen, or came before the hand-off could be read
 * - `returned`: it had left, and goes on here
 * - `kept`: a migration to here came to nothing, and somebody lets it run all the same
 */
export type Judgement = 'found' | 'returned' | 'kept';

/** Everything that is remembered of where a guest stands. */
export interface Residence {
  readonly state: ResidenceState;
  /** Number of its last migration as known here; 0 before its first. */
  readonly epoch: number;
  /** Its first round here is still to be sent: when it runs, or by whoever starts next. */
  readonly owes: boolean;
  /** It is being sent away though it does not run: only while `paused`. */
  readonly isLeaving: boolean;
  /** What the hand-off still has to be read for; absent once that was done. Before that nothing may be published. */
  readonly toJudge?: Judgement;
}

/** Where a guest stands when its monitor first sees it. */
export const residenceAt = (phase: GuestPhase): Residence => {
  const fresh = { epoch: 0, owes: false, isLeaving: false, toJudge: 'found' } as const;
  switch (phase) {
    case 'incoming':
      return { ...fresh, state: 'awaited' };
    case 'running':
      return { ...fresh, state: 'resident' };
    case 'paused':
      return { ...fresh, state: 'paused' };
    case 'migrated-away':
      return { ...fresh, state: 'left' };
  }
};

const RUNS: ReadonlySet<ResidenceState> = new Set(['arrived', 'resident', 'leaving']);
const AWAITED: ReadonlySet<ResidenceState> = new Set(['awaited', 'armed']);

/** Whether its CPUs run here. */
export const runsHere = ({ state }: Residence): boolean => RUNS.has(state);

/** Whether it is about to come here. */
export const isAwaited = ({ state }: Residence): boolean => AWAITED.has(state);

/** Whether it is here, be it paused: at most one process of a host may be where a guest is. */
export const isHere = (residence: Residence): boolean => runsHere(residence) || residence.state === 'paused';

/** What a snapshot says of where the guest stands; absent where this host has nothing to say of it. */
export const publishedAs = (residence: Residence): SnapshotResidence | undefined => {
  if (!isHere(residence) || residence.toJudge !== undefined) return undefined;
  if (residence.owes) return 'arrived';
  return residence.state === 'leaving' || residence.isLeaving ? 'leaving' : 'resident';
};

/** The same for operators, in the words of a monitor. */
export const phaseOf = (residence: Residence): GuestPhase => {
  if (isAwaited(residence)) return 'incoming';
  if (runsHere(residence)) return 'running';
  return residence.state === 'left' ? 'migrated-away' : 'paused';
};
