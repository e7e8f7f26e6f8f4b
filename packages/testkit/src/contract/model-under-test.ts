import { type DeviceInspector, type NicModel, parseState } from '@nic-herald/core';
import { contractBroken, demand, inWords } from './contract-broken.js';
import { filterViewFault } from './filter-view-fault.js';
import { mustEnd, outcomeOfCall } from './outcome.js';
import { frozen, jsonFault, throughJson } from './plain-json.js';

/** Cards by what they are: `a fresh card`, `eight macvlans`. Each call makes the card anew. */
export type ContractCards = Readonly<Record<string, () => DeviceInspector>>;

/** A model with cards it must be able to read. Every question gets a new model: state lives in states, not in models. */
export interface ModelUnderTest<S> {
  readonly model: () => NicModel<S>;
  readonly cards: ContractCards;
  readonly limitMs: number;
}

/** A state that was captured of one card, and has gone through JSON and the model's schema. */
export interface CapturedState<S> {
  readonly card: string;
  readonly device: DeviceInspector;
  readonly state: S;
}

/** Longest state that a host takes, as JSON, in characters. */
const MAX_STATE_LENGTH = 262_144;

/** Captures one card as a host does. Fails where the model cannot, or its state does not survive the way. */
export const captureCard = async <S>(
  { model, limitMs }: ModelUnderTest<S>,
  card: string,
  device: DeviceInspector,
): Promise<CapturedState<S>> => {
  const { signal } = new AbortController();
  const captured = await mustEnd(
    () => model().capture(device, { signal }),
    limitMs,
    `the capture of ${card}`,
  );
  return { card, device, state: portable(model(), captured, `the state captured of ${card}`) };
};

/** Captures every card. */
export const captureAll = async <S>(test: ModelUnderTest<S>): Promise<readonly CapturedState<S>[]> => {
  const states: CapturedState<S>[] = [];
  for (const [card, device] of Object.entries(test.cards)) {
    states.push(await captureCard(test, card, device()));
  }
  demand(
    states.length > 0,
    'no card was given: the contract needs at least one that the model can read, in `cards`',
  );
  return states;
};

/** A state as the next host reads it: through JSON and the model's own schema. */
export const portable = <S>(model: NicModel<S>, state: unknown, what: string): S => {
  demand(state !== undefined, `${what} is undefined: a state is a JSON value`);
  const stringified = outcomeOfCall(() => JSON.stringify(state) as string | undefined);
  if ('thrown' in stringified) {
    throw contractBroken(
      `${what} cannot be written as JSON, as which it travels: ${inWords(stringified.thrown)}`,
    );
  }
  const json = stringified.value ?? '';
  demand(
    json.length <= MAX_STATE_LENGTH,
    `${what} has ${json.length} characters as JSON, a host takes ${MAX_STATE_LENGTH}: bound what is kept of a card`,
  );
  const fault = jsonFault(state, 'state');
  if (fault !== undefined) {
    throw contractBroken(`${what} is not plain JSON, as which it travels to the other host: ${fault}`);
  }
  const parsed = parseState(model.state, JSON.parse(json));
  if ('issues' in parsed) {
    throw contractBroken(
      `${what} is refused by the model's own \`state\` schema: ${parsed.issues.join('; ')}. What is captured here must be readable there`,
    );
  }
  const again = JSON.stringify(sorted(throughJson(parsed.value)));
  if (again !== JSON.stringify(sorted(JSON.parse(json)))) {
    throw contractBroken(
      `${what} is not the same after JSON and the \`state\` schema: ${json.slice(0, 200)} became ${again.slice(0, 200)}. ` +
        'Both hosts must read the same',
    );
  }
  return parsed.value;
};

/** Reads a state with `filter`, and fails where that throws, changes the state, or shows what no card can. */
export const readFilter = <S>(model: NicModel<S>, state: S, what: string) => {
  const read = outcomeOfCall(() => model.filter(frozen(state)));
  if ('thrown' in read) {
    throw contractBroken(
      `\`filter\` threw on ${what}: ${inWords(read.thrown)}. It must read every state that the schema lets through, ` +
        'and must not change it (the state was frozen)',
      read.thrown,
    );
  }
  const fault = filterViewFault(read.value, model.limits);
  if (fault !== undefined) throw contractBroken(`the filter view of ${what} breaks the contract: ${fault}`);
  return read.value;
};

/** Members in the order of their names: two objects of equal members are equal, whoever made them. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
};
