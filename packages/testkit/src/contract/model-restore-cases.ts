import type { NicModel, RestorableStates } from '@nic-herald/core';
import { contractBroken, demand, inWords } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import {
  type CapturedState,
  captureAll,
  type ModelUnderTest,
  portable,
  readFilter,
} from './model-under-test.js';
import { outcomeOfCall } from './outcome.js';
import { frozen } from './plain-json.js';

/** What `restore` makes of all the states that the cards gave. */
export const modelRestoreCases = <S>(test: ModelUnderTest<S>): readonly ContractCase[] => {
  const absent =
    test.model().restore === undefined
      ? { skip: 'the model has no `restore`: nothing is ever lost on its card' }
      : {};
  return [
    {
      name: 'restores nothing where nothing was lost',
      ...absent,
      run: async () => {
        for (const { card, state } of await captureAll(test)) {
          const same = restored(test.model(), { live: state, loaded: state, carried: state }, card);
          demand(
            JSON.stringify(same) === JSON.stringify(state),
            `\`restore\` changed the state of ${card} though the card holds all that was carried: it gives back \`live\` then`,
          );
        }
      },
    },
    {
      name: 'restores to a state that it can read, and the same each time',
      ...absent,
      run: async () => {
        for (const [carried, loaded, live] of triples(await captureAll(test))) {
          const states = { live: live.state, loaded: loaded.state, carried: carried.state };
          const what = `${live.card} that was loaded as ${loaded.card} and carried as ${carried.card}`;
          const [once, again] = [restored(test.model(), states, what), restored(test.model(), states, what)];
          demand(
            JSON.stringify(once) === JSON.stringify(again),
            `\`restore\` gave two states for ${what}: it must depend on the three states alone`,
          );
          readFilter(test.model(), once, `the state restored of ${what}`);
          const next = restored(test.model(), { ...states, carried: once }, what);
          demand(
            JSON.stringify(next) === JSON.stringify(once),
            `\`restore\` is not idempotent for ${what}: carrying on what it gave must give the same again, for it is ` +
              'asked at every look, and after the next migration',
          );
        }
      },
    },
  ];
};

const MOST_STATES = 4;

const triples = <S>(states: readonly CapturedState<S>[]) => {
  const few = states.slice(0, MOST_STATES);
  return few.flatMap((carried) =>
    few.flatMap((loaded) => few.map((live) => [carried, loaded, live] as const)),
  );
};

const restored = <S>(model: NicModel<S>, states: RestorableStates<S>, what: string): S => {
  const outcome = outcomeOfCall(() => model.restore?.(frozen(states)) ?? states.live);
  if ('value' in outcome) return portable(model, outcome.value, `the state restored of ${what}`);
  throw contractBroken(
    `\`restore\` threw on ${what}: ${inWords(outcome.thrown)}. It takes any three states of this model, and must not ` +
      'change them (they were frozen)',
    outcome.thrown,
  );
};
