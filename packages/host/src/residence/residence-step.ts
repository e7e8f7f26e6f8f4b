import type { Judgement, Residence, ResidenceState } from './residence.js';

/**
 * What happens to a guest.
 * - `incoming`, `resumed`, `stopped`, `outgoing`: as its monitor reports
 * - `left`: all of it was sent; `stayed`: sending it came to nothing; `refused`: receiving it came to nothing
 * - `ready`: its announcement lies ready, made of a hand-off whose highest epoch was `epoch`
 * - `recognised`: the hand-off says that this very process had it before, so it does not come; `owes` as it says
 * - `taken`: it came, and this is its epoch here; `isRead` where the hand-off could be read, and was taken over
 * - `judged`: the hand-off was read for a guest that was found here
 * - `announced`: its first round is out, with all that was found on its cards
 * - `displaced`: another process of this host has it now
 */
export type ResidenceFact =
  | { readonly is: 'incoming' | 'resumed' | 'stopped' | 'outgoing' | 'left' | 'stayed' | 'refused' }
  | { readonly is: 'announced' | 'displaced' }
  | { readonly is: 'ready'; readonly epoch: number }
  | { readonly is: 'recognised'; readonly owes: boolean }
  | { readonly is: 'taken'; readonly epoch: number; readonly isRead: boolean }
  | { readonly is: 'judged'; readonly epoch: number; readonly owes: boolean };

/**
 * What is to be done, in this order.
 * - `arm`: make an announcement ready, of nothing but the hand-off; `rearm`: make it anew; `disarm`: give it up
 * - `receive`: send what lies ready, then take the hand-off over, look at the cards, and send what was missing
 * - `silence`: end every announcement
 * - `judge`: read the hand-off and tell what it says of the guest, see `Residence.toJudge`
 * - `announce`: send all of it, from the first round on
 * - `look`: look at the cards; `hand-on`: look, and publish at once
 * - `last-words`: read the ports, which needs nothing of the hypervisor, and publish at once
 * - `publish`: publish soon
 */
export type ResidenceEffect =
  | 'arm'
  | 'rearm'
  | 'disarm'
  | 'receive'
  | 'silence'
  | 'judge'
  | 'announce'
  | 'look'
  | 'hand-on'
  | 'last-words'
  | 'publish';

/** What a fact leads to. */
export interface ResidenceStep {
  readonly residence: Residence;
  readonly effects: readonly ResidenceEffect[];
}

type FactName = ResidenceFact['is'];
type FactOf<F extends FactName> = Extract<ResidenceFact, { readonly is: F }>;
type Rule<F extends FactName> = (before: Residence, fact: FactOf<F>) => ResidenceStep;
type Rules = { readonly [F in FactName]?: Rule<F> };

const step = (residence: Residence, ...effects: readonly ResidenceEffect[]): ResidenceStep => ({
  residence,
  effects,
});

const settled = ({ toJudge: _, ...residence }: Residence): Residence => residence;
const awaited = (before: Residence): ResidenceStep =>
  step({ state: 'awaited', epoch: before.epoch, owes: false, isLeaving: false, toJudge: 'found' }, 'arm');
const running = (before: Residence): Residence => ({
  ...before,
  state: before.owes ? 'arrived' : 'resident',
  isLeaving: false,
});
const leaving = (before: Residence): Residence => ({ ...before, state: 'leaving', isLeaving: false });
/** Of one that was found here and not judged yet it stays so. */
const unjudged = (toJudge: Judgement, before: Residence): Residence => ({
  ...before,
  toJudge: before.toJudge ?? toJudge,
});
const runningUnjudged =
  (toJudge: Judgement) =>
  (before: Residence): ResidenceStep =>
    step({ ...before, state: 'resident', owes: false, isLeaving: false, toJudge }, 'judge');
const silent = (before: Residence): ResidenceStep => step(before, 'silence');
const departed = (before: Residence): ResidenceStep =>
  step({ ...before, state: 'left', owes: false, isLeaving: false }, 'silence');
const paused =
  (isLeaving: boolean): Rule<'stopped'> =>
  (before) =>
    step({ ...before, state: 'paused', isLeaving }, 'silence', 'last-words');
const taken: Rule<'taken'> = (before, { epoch, isRead }) =>
  step({ ...(isRead ? settled(before) : before), epoch });
const paid = (before: Residence): Residence => ({ ...before, owes: false });

/** What waits for its migration here. */
const COMING: Rules = {
  incoming: (before) => step(before, 'rearm'),
  ready: (before, { epoch }) => step({ ...before, state: 'armed', epoch: Math.max(before.epoch, epoch) }),
  resumed: (before) => step({ ...before, state: 'arrived', owes: true }, 'receive'),
  recognised: (before, { owes }) => step({ ...before, state: 'paused', owes }, 'disarm', 'judge'),
  stopped: silent,
  refused: (before) => step({ ...before, state: 'failed' }, 'disarm'),
};

/** What the hand-off says of a guest that runs here. */
const judgedRunning: Rule<'judged'> = (before, { epoch, owes }) => {
  const residence = { ...settled(before), epoch, owes: before.owes || owes };
  if (!residence.owes) return step(residence, 'publish');
  const { state } = before;
  return step({ ...residence, state: state === 'leaving' ? state : 'arrived' }, 'announce');
};

const TABLE: { readonly [S in ResidenceState]: Rules } = {
  awaited: COMING,
  armed: COMING,
  arrived: {
    taken,
    stopped: paused(false),
    outgoing: (before) => step(leaving(before), 'hand-on'),
    // It was about to go on, not to come; only when it ran was there time to read what tells.
    recognised: (before, { owes }) => step(running({ ...before, owes }), 'judge'),
    judged: judgedRunning,
    announced: (before) => step({ ...paid(before), state: 'resident' }, 'publish'),
  },
  resident: {
    resumed: (before) => step(before, 'look'),
    taken,
    stopped: paused(false),
    outgoing: (before) => step(leaving(before), 'hand-on'),
    judged: judgedRunning,
  },
  leaving: {
    taken,
    stopped: paused(true),
    outgoing: (before) => step(before, 'hand-on'),
    judged: judgedRunning,
    announced: (before) => step(paid(before), 'publish'),
    stayed: (before) => step(running(before), 'publish'),
    // What is all sent and still runs was saved, not moved: QEMU's background snapshots end in `completed`.
    left: (before) => step(running(before), 'publish'),
  },
  paused: {
    incoming: awaited,
    resumed: (before) => {
      // One that is stopped and let go on while it is sent may still be sent; and it may have run elsewhere meanwhile.
      const residence = before.isLeaving ? unjudged('returned', leaving(before)) : running(before);
      if (residence.toJudge !== undefined) return step(residence, 'judge');
      return step(residence, residence.owes ? 'announce' : 'look');
    },
    taken,
    stopped: silent,
    outgoing: (before) => step({ ...before, isLeaving: true }, 'hand-on'),
    stayed: (before) =>
      step(before.isLeaving ? unjudged('returned', { ...before, isLeaving: false }) : before, 'publish'),
    left: departed,
    displaced: departed,
    judged: (before, { epoch, owes }) =>
      step({ ...settled(before), epoch, owes: before.owes || owes }, 'publish'),
    announced: (before) => step(paid(before), 'publish'),
  },
  left: {
    incoming: awaited,
    resumed: runningUnjudged('returned'),
    stopped: silent,
  },
  failed: {
    incoming: awaited,
    resumed: runningUnjudged('kept'),
    stopped: silent,
  },
};

/** Where a guest stands after a fact, and what is to be done. Pure. A fact without a rule changes nothing. */
export const residenceStep = (before: Residence, fact: ResidenceFact): ResidenceStep => {
  const rule = TABLE[before.state][fact.is] as Rule<FactName> | undefined;
  return rule === undefined ? step(before) : rule(before, fact);
};
