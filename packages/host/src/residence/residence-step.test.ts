import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHere, type Residence, type ResidenceState, residenceAt, runsHere } from './residence.js';
import { type ResidenceFact, residenceStep } from './residence-step.js';

/** Facts by the words of the table below; those with an epoch say 7. */
const FACTS = {
  incoming: { is: 'incoming' },
  resumed: { is: 'resumed' },
  stopped: { is: 'stopped' },
  outgoing: { is: 'outgoing' },
  left: { is: 'left' },
  stayed: { is: 'stayed' },
  refused: { is: 'refused' },
  announced: { is: 'announced' },
  displaced: { is: 'displaced' },
  ready: { is: 'ready', epoch: 7 },
  recognised: { is: 'recognised', owes: false },
  'recognised:owes': { is: 'recognised', owes: true },
  taken: { is: 'taken', epoch: 7, isRead: true },
  'taken:unread': { is: 'taken', epoch: 7, isRead: false },
  judged: { is: 'judged', epoch: 7, owes: false },
  'judged:owes': { is: 'judged', epoch: 7, owes: true },
} as const satisfies Record<string, ResidenceFact>;
type FactWord = keyof typeof FACTS;

const STATES: readonly ResidenceState[] = [
  ...(['awaited', 'armed', 'failed', 'left', 'paused', 'arrived', 'resident', 'leaving'] as const),
];

/**
 * Before a fact, the fact, after it, and what is to be done; `=`: as before. A state is followed by `owes`, `sent`
 * where it is being sent away while it is paused, what is to be judged, and `@7` where that is its epoch: it was 3.
 */
const TABLE = `
  awaited found        | outgoing left stayed announced displaced | =                  |
  awaited found        | taken taken:unread judged judged:owes    | =                  |
  awaited found        | refused                                  | failed found       | disarm
  awaited found        | stopped                                  | =                  | silence
  awaited found        | recognised                               | paused found       | disarm judge
  awaited found        | recognised:owes                          | paused owes found  | disarm judge
  awaited found        | incoming                                 | =                  | rearm
  awaited found        | ready                                    | armed found @7     |
  awaited found        | resumed                                  | arrived owes found | receive

  armed found          | outgoing left stayed announced displaced | =                  |
  armed found          | taken taken:unread judged judged:owes    | =                  |
  armed found          | refused                                  | failed found       | disarm
  armed found          | stopped                                  | =                  | silence
  armed found          | recognised                               | paused found       | disarm judge
  armed found          | recognised:owes                          | paused owes found  | disarm judge
  armed found          | incoming                                 | =                  | rearm
  armed found          | ready                                    | armed found @7     |
  armed found          | resumed                                  | arrived owes found | receive

  failed found         | outgoing left stayed refused announced   | =                  |
  failed found         | displaced ready                          | =                  |
  failed found         | recognised recognised:owes               | =                  |
  failed found         | taken taken:unread judged judged:owes    | =                  |
  failed found         | stopped                                  | =                  | silence
  failed found         | incoming                                 | awaited found      | arm
  failed found         | resumed                                  | resident kept      | judge

  left                 | outgoing left stayed refused announced   | =                  |
  left                 | displaced ready                          | =                  |
  left                 | recognised recognised:owes               | =                  |
  left                 | taken taken:unread judged judged:owes    | =                  |
  left                 | stopped                                  | =                  | silence
  left                 | incoming                                 | awaited found      | arm
  left                 | resumed                                  | resident returned  | judge
  left found           | incoming                                 | awaited found      | arm
  left found           | resumed                                  | resident returned  | judge

  paused               | refused ready recognised recognised:owes | =                  |
  paused               | displaced left                           | left               | silence
  paused               | stopped                                  | =                  | silence
  paused               | stayed announced                         | =                  | publish
  paused               | outgoing                                 | paused sent        | hand-on
  paused               | taken taken:unread                       | paused @7          |
  paused               | judged                                   | paused @7          | publish
  paused               | judged:owes                              | paused owes @7     | publish
  paused               | incoming                                 | awaited found      | arm
  paused               | resumed                                  | resident           | look

  paused owes          | refused ready recognised recognised:owes | =                  |
  paused owes          | displaced left                           | left               | silence
  paused owes          | stopped                                  | =                  | silence
  paused owes          | stayed                                   | =                  | publish
  paused owes          | outgoing                                 | paused owes sent   | hand-on
  paused owes          | taken taken:unread                       | paused owes @7     |
  paused owes          | judged judged:owes                       | paused owes @7     | publish
  paused owes          | announced                                | paused             | publish
  paused owes          | incoming                                 | awaited found      | arm
  paused owes          | resumed                                  | arrived owes       | announce

  paused sent          | refused ready recognised recognised:owes | =                  |
  paused sent          | displaced left                           | left               | silence
  paused sent          | stopped                                  | =                  | silence
  paused sent          | announced                                | =                  | publish
  paused sent          | stayed                                   | paused returned    | publish
  paused sent          | outgoing                                 | =                  | hand-on
  paused sent          | resumed                                  | leaving returned   | judge
  paused owes sent     | stayed                                   | paused owes returned | publish
  paused owes sent     | announced                                | paused sent        | publish
  paused owes sent     | resumed                                  | leaving owes returned | judge

  paused found         | taken                                    | paused @7          |
  paused found         | taken:unread                             | paused found @7    |
  paused found         | judged                                   | paused @7          | publish
  paused found         | judged:owes                              | paused owes @7     | publish
  paused found         | resumed                                  | resident found     | judge
  paused owes found    | judged                                   | paused owes @7     | publish
  paused owes found    | resumed                                  | arrived owes found | judge
  paused owes returned | resumed                                  | arrived owes returned | judge
  paused kept          | resumed                                  | resident kept      | judge

  arrived owes         | incoming left stayed refused displaced   | =                  |
  arrived owes         | ready resumed                            | =                  |
  arrived owes         | recognised                               | resident           | judge
  arrived owes         | recognised:owes                          | arrived owes       | judge
  arrived owes         | stopped                                  | paused owes        | silence last-words
  arrived owes         | outgoing                                 | leaving owes       | hand-on
  arrived owes         | taken taken:unread                       | arrived owes @7    |
  arrived owes         | judged judged:owes                       | arrived owes @7    | announce
  arrived owes         | announced                                | resident           | publish
  arrived owes found   | stopped                                  | paused owes found  | silence last-words
  arrived owes found   | outgoing                                 | leaving owes found | hand-on
  arrived owes found   | taken                                    | arrived owes @7    |
  arrived owes found   | taken:unread                             | arrived owes found @7 |
  arrived owes found   | judged judged:owes                       | arrived owes @7    | announce
  arrived owes found   | announced                                | resident found     | publish

  resident             | incoming left stayed refused announced   | =                  |
  resident             | displaced ready                          | =                  |
  resident             | recognised recognised:owes               | =                  |
  resident             | stopped                                  | paused             | silence last-words
  resident             | outgoing                                 | leaving            | hand-on
  resident             | taken taken:unread                       | resident @7        |
  resident             | judged                                   | resident @7        | publish
  resident             | judged:owes                              | arrived owes @7    | announce
  resident             | resumed                                  | =                  | look
  resident found       | stopped                                  | paused found       | silence last-words
  resident found       | outgoing                                 | leaving found      | hand-on
  resident found       | taken                                    | resident @7        |
  resident found       | taken:unread                             | resident found @7  |
  resident returned    | judged                                   | resident @7        | publish
  resident returned    | judged:owes                              | arrived owes @7    | announce
  resident kept        | judged                                   | resident @7        | publish

  leaving              | incoming refused displaced ready resumed | =                  |
  leaving              | recognised recognised:owes               | =                  |
  leaving              | stopped                                  | paused sent        | silence last-words
  leaving              | announced                                | =                  | publish
  leaving              | stayed left                              | resident           | publish
  leaving              | outgoing                                 | =                  | hand-on
  leaving              | taken taken:unread                       | leaving @7         |
  leaving              | judged                                   | leaving @7         | publish
  leaving              | judged:owes                              | leaving owes @7    | announce
  leaving owes         | stopped                                  | paused owes sent   | silence last-words
  leaving owes         | announced                                | leaving            | publish
  leaving owes         | stayed left                              | arrived owes       | publish
  leaving owes         | judged judged:owes                       | leaving owes @7    | announce
  leaving found        | judged                                   | leaving @7         | publish
  leaving found        | stayed                                   | resident found     | publish
  leaving found        | taken:unread                             | leaving found @7   |
`;

const JUDGEMENTS = ['found', 'returned', 'kept'] as const;
const residenceOf = (text: string): Residence => {
  const [state, ...words] = text.split(' ');
  const toJudge = JUDGEMENTS.find((each) => words.includes(each));
  return {
    state: state as ResidenceState,
    epoch: words.includes('@7') ? 7 : 3,
    owes: words.includes('owes'),
    isLeaving: words.includes('sent'),
    ...(toJudge === undefined ? {} : { toJudge }),
  };
};
const ROWS = TABLE.split('\n')
  .filter((line) => line.includes('|'))
  .flatMap((line) => {
    const [before = '', facts = '', after = '', effects = ''] = line.split('|').map((cell) => cell.trim());
    return facts.split(' ').map((fact) => [before, fact as FactWord, after, effects] as const);
  });

describe('residenceStep', () => {
  it.each(ROWS)('%s, %s: %s %s', (before, fact, after, effects) => {
    const from = residenceOf(before);
    expect(residenceStep(from, FACTS[fact])).toStrictEqual({
      residence: after === '=' ? from : residenceOf(after),
      effects: effects.split(' ').filter((effect) => effect !== ''),
    });
  });

  it('has a row for every fact in every state, each once', () => {
    const pairs = new Set(ROWS.map(([before, fact]) => `${before.split(' ')[0]} ${fact}`));
    const wanted = STATES.flatMap((state) => Object.keys(FACTS).map((fact) => `${state} ${fact}`));
    expect(wanted.filter((pair) => !pairs.has(pair))).toEqual([]);
    expect(new Set(ROWS.map(([before, fact]) => `${before} ${fact}`)).size).toBe(ROWS.length);
  });

  it('keeps the highest epoch it knows where the hand-off says less', () => {
    for (const before of ['awaited found', 'armed found']) {
      const { residence } = residenceStep(residenceOf(before), { is: 'ready', epoch: 2 });
      expect(residence).toEqual(residenceOf('armed found'));
    }
  });
});

describe('residenceStep, whatever happens', () => {
  const epoch = fc.nat(9);
  const anyFact = fc.oneof(
    fc.constantFrom(...Object.values(FACTS)),
    fc.record({ is: fc.constant('judged' as const), epoch, owes: fc.boolean() }),
    fc.record({ is: fc.constant('taken' as const), epoch, isRead: fc.boolean() }),
  ) as fc.Arbitrary<ResidenceFact>;
  const story = fc.tuple(
    fc.constantFrom('incoming', 'running', 'paused', 'migrated-away').map(residenceAt),
    fc.array(anyFact, { maxLength: 30 }),
  );
  /** Each step of any story. */
  const inEveryStep = (
    check: (before: Residence, fact: ResidenceFact, step: ReturnType<typeof residenceStep>) => void,
  ): void => {
    fc.assert(
      fc.property(story, ([start, facts]) => {
        let before = Object.freeze(start);
        for (const fact of facts) {
          const step = residenceStep(before, fact);
          check(before, fact, step);
          before = Object.freeze(step.residence);
        }
      }),
      { numRuns: 1000 },
    );
  };

  it('is silent from STOP on', () => {
    inEveryStep((_, fact, { residence, effects }) => {
      if (fact.is !== 'stopped') return;
      expect(effects[0]).toBe('silence');
      expect(runsHere(residence)).toBe(false);
    });
  });

  it('announces nothing but a guest that runs here, and owes it', () => {
    inEveryStep((_, __, { residence, effects }) => {
      if (!effects.some((effect) => effect === 'announce' || effect === 'receive')) return;
      expect([runsHere(residence), residence.owes]).toEqual([true, true]);
    });
  });

  it('receives nothing but a guest that was awaited, when it resumes', () => {
    inEveryStep(({ state }, { is }, { effects }) => {
      const isComing = (state === 'awaited' || state === 'armed') && is === 'resumed';
      expect(effects.includes('receive')).toBe(isComing);
    });
  });

  it('is at home where it runs, whatever is said but STOP', () => {
    inEveryStep((before, { is }, { residence }) => {
      if (runsHere(before) && is !== 'stopped') expect(runsHere(residence)).toBe(true);
    });
  });

  it('owes until it was announced, as long as it is here', () => {
    inEveryStep((before, { is }, { residence }) => {
      const isExcused = is === 'announced' || is === 'recognised';
      if (before.owes && !isExcused && isHere(residence)) expect(residence.owes).toBe(true);
      if (is === 'announced') expect(residence.owes).toBe(false);
    });
  });

  it('says the same in all its words', () => {
    inEveryStep((_, __, { residence: { state, owes, isLeaving, toJudge } }) => {
      if (state === 'arrived') expect(owes).toBe(true);
      if (!['arrived', 'leaving', 'paused'].includes(state)) expect(owes).toBe(false);
      if (state !== 'paused') expect(isLeaving).toBe(false);
      if (state === 'awaited' || state === 'armed') expect(toJudge).toBe('found');
    });
  });
});
