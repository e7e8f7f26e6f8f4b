import {
  asHeraldError,
  type Clock,
  type FilterView,
  type Guest,
  HeraldError,
  messageOf,
  type NicDescriptor,
  type NicModel,
  parseState,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import type { ModelRegistry } from './model-registry.js';

/** How long one capture may take, ms. */
export const CAPTURE_DEADLINE_MS = 5000;
/** Most entries of a list in a filter view; no card comes near, a broken model might. */
const MAX_VIEW_ENTRIES = 8192;
/** Longest state, as JSON, in characters. */
const MAX_STATE_LENGTH = 262_144;

/** What a look at one live card gave: its model's state, or why there is none. */
export type NicReading =
  | { readonly nic: NicDescriptor; readonly model: NicModel; readonly state: unknown }
  | { readonly nic: NicDescriptor; readonly model?: NicModel; readonly problem?: HeraldError };

/** Captures one card through its model. Never rejects: a card that cannot be read has a `problem`. */
export const readNic = async (
  guest: Pick<Guest, 'inspect'>,
  nic: NicDescriptor,
  registry: ModelRegistry,
  clock: Clock,
  signal: AbortSignal,
): Promise<NicReading> => {
  let model: NicModel | undefined;
  try {
    model = registry.modelFor(nic);
    if (model === undefined) return { nic };
    const reader = model;
    const captured: unknown = await withDeadline(
      clock,
      CAPTURE_DEADLINE_MS,
      `the capture of ${nic.id} by ${model.name}`,
      (captureSignal) => reader.capture(guest.inspect(nic), { signal: captureSignal }),
      signal,
    );
    return { nic, model, state: portable(model, captured) };
  } catch (error) {
    const problem = asHeraldError(
      error,
      'HERALD_NIC_CAPTURE',
      `${nic.id} (${nic.type}) could not be read: ${messageOf(error)}; what was known of it stays, else its primary MAC alone`,
      { nic: nic.id, type: nic.type },
    );
    return model === undefined ? { nic, problem } : { nic, model, problem };
  }
};

/** The state as the other host will read it: through JSON and the model's own schema. */
const portable = (model: NicModel, captured: unknown): unknown => {
  const json = JSON.stringify(captured) as string | undefined;
  if (json === undefined || json.length > MAX_STATE_LENGTH) {
    throw new HeraldError(
      'HERALD_MODEL_FAULT',
      `the model ${model.name} captured ${json === undefined ? 'nothing' : `${json.length} characters of state, more than ${MAX_STATE_LENGTH}`}`,
    );
  }
  return readState(model, JSON.parse(json) as unknown);
};

/** Parses a model's state; throws HERALD_STATE_INVALID saying what is wrong with it. */
export const readState = (model: NicModel, input: unknown): unknown => {
  const parsed = parseState(model.state, input);
  if ('value' in parsed) return parsed.value;
  throw new HeraldError(
    'HERALD_STATE_INVALID',
    `the state of model ${model.name} is not one it can read: ${parsed.issues.join('; ')}`,
    { details: { model: model.name } },
  );
};

/** A model's view of a state, bounded. Throws HERALD_MODEL_FAULT for one that is out of all bounds. */
export const viewOf = (model: NicModel, state: unknown): FilterView => {
  const view = model.filter(state);
  const longest = Math.max(
    view.unicast.length,
    view.multicast.length,
    view.exact?.length ?? 0,
    view.vlans === 'unknown' ? 0 : view.vlans.length,
    view.incomplete.length,
  );
  if (longest > MAX_VIEW_ENTRIES) {
    throw new HeraldError(
      'HERALD_MODEL_FAULT',
      `the model ${model.name} lists ${longest} entries, more than ${MAX_VIEW_ENTRIES}: it is not believed`,
      { details: { model: model.name, entries: longest } },
    );
  }
  return view;
};
