import type { NicModel, StateSchema } from '@nic-herald/core';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { hostileVariants, STRANGER } from './hostile-values.js';
import { captureAll, captureCard, type ModelUnderTest, portable, readFilter } from './model-under-test.js';
import { outcomeOfCall } from './outcome.js';
import { throughJson } from './plain-json.js';

/** What the model's schema and `filter` make of states, whoever wrote them. */
export const modelStateCases = <S>(test: ModelUnderTest<S>): readonly ContractCase[] => [
  {
    name: 'refuses what is no state',
    run: async () => {
      for (const value of [undefined, null, true, -1, 'state', [[]], { [STRANGER]: STRANGER }]) {
        const words = quote(value);
        const result = validate(test.model().state, value, `${words} as a state`);
        if (!('value' in result)) continue;
        demand(
          typeof value === 'object' && value !== null && !quote(result.value).includes(STRANGER),
          `the \`state\` schema lets ${words} through: it must refuse what is no state of this model, another host may ` +
            'have sent it',
        );
        readFilter(test.model(), result.value, `the state that the schema made of ${words}`);
      }
    },
  },
  ...Object.entries(test.cards).map(
    ([card, device]): ContractCase => ({
      name: `refuses hostile states, or takes only what is sound of them: ${card}`,
      run: async () => {
        const { state } = await captureCard(test, card, device());
        for (const { what, value } of hostileVariants(throughJson(state))) {
          takeApart(test.model(), value, `the state of ${card} where ${what}`);
        }
        const extended = addMember(throughJson(state));
        if (extended !== undefined) {
          takeApart(test.model(), extended, `the state of ${card} with a member of a later version`);
        }
      },
    }),
  ),
  {
    name: 'reads a state the same on every host, and leaves it as it is',
    run: async () => {
      for (const { card, state } of await captureAll(test)) {
        const [once, again] = [0, 1].map(() => readFilter(test.model(), state, `the state of ${card}`));
        demand(
          JSON.stringify(once) === JSON.stringify(again),
          `\`filter\` gave two views of one state of ${card}: it must depend on the state alone, not on the time, ` +
            'on chance, or on what the model saw before',
        );
      }
    },
  },
];

/** Runs a schema as Standard Schema says, and fails where it throws or wants to be waited for. */
const validate = <S>(
  schema: StateSchema<S>,
  value: unknown,
  what: string,
): { readonly value: S } | { readonly issues: readonly unknown[] } => {
  const outcome = outcomeOfCall(() => schema['~standard'].validate(value));
  if ('thrown' in outcome) {
    throw contractBroken(
      `the \`state\` schema threw on ${what}: ${inWords(outcome.thrown)}. A schema gives issues and never throws`,
      outcome.thrown,
    );
  }
  const result = outcome.value;
  if (result instanceof Promise) {
    result.catch(() => {});
    throw contractBroken('the `state` schema is asynchronous: it must give its result at once');
  }
  return result.issues === undefined ? { value: result.value } : { issues: result.issues };
};

/** A hostile state is refused, or what is made of it is bounded, sound, and without what does not belong. */
const takeApart = <S>(model: NicModel<S>, value: unknown, what: string): void => {
  const result = validate(model.state, value, what);
  if (!('value' in result)) return;
  const { value: state } = result;
  const kept = portable(model, state, `what the \`state\` schema lets through of ${what}`);
  demand(
    !JSON.stringify(kept).includes(STRANGER),
    `the \`state\` schema lets ${what} through as it is: it must look at every member, another host may have sent it`,
  );
  readFilter(model, kept, what);
};

/** The state with a member that nobody knows, a megabyte long; `undefined` where a state is no object. */
const addMember = (state: unknown): unknown =>
  typeof state === 'object' && state !== null && !Array.isArray(state)
    ? { ...state, ofALaterVersion: 'x'.repeat(1 << 20) }
    : undefined;
