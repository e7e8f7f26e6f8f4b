import { type AnnounceHandler, HeraldError, type NicDescriptor, type NicModel } from '@nic-herald/core';

/** The models of a host and their announce handlers, by name. */
export class ModelRegistry {
  private readonly models: ReadonlyMap<string, NicModel>;
  private readonly handlers: ReadonlyMap<string, AnnounceHandler>;

  /** Throws HERALD_NAME_TAKEN where two models, or the handlers of two, have one name. */
  constructor(models: readonly NicModel[], handlers: readonly AnnounceHandler[]) {
    this.models = byName(models, 'NIC models', (model) => model.name);
    this.handlers = byName(handlers, 'announce handlers for the model', (handler) => handler.model);
  }

  /**
   * The model of a NIC; `undefined` where none matches: the NIC falls back to its primary MAC. Throws
   * HERALD_MODEL_AMBIGUOUS where several match, and what a model's own `matches` throws where no other matches.
   */
  modelFor(nic: NicDescriptor): NicModel | undefined {
    const faults: unknown[] = [];
    const matching = [...this.models.values()].filter((model) => {
      try {
        return model.matches(nic);
      } catch (fault) {
        faults.push(fault);
        return false; // it must not cost the cards of other models
      }
    });
    if (matching.length === 0 && faults.length > 0) throw faults[0];
    if (matching.length > 1) {
      throw new HeraldError(
        'HERALD_MODEL_AMBIGUOUS',
        `${nic.id} (${nic.type}) is claimed by the models ${matching.map(({ name }) => name).join(' and ')}: leave one of their plugins out`,
        { details: { nic: nic.id, type: nic.type } },
      );
    }
    return matching[0];
  }

  named(name: string): NicModel | undefined {
    return this.models.get(name);
  }

  handlerFor(model: string): AnnounceHandler | undefined {
    return this.handlers.get(model);
  }
}

/** Indexes by name; a name taken twice is HERALD_NAME_TAKEN. */
export const byName = <T>(items: readonly T[], what: string, nameOf: (item: T) => string): Map<string, T> => {
  const index = new Map<string, T>();
  for (const item of items) {
    const name = nameOf(item);
    if (index.has(name)) {
      throw new HeraldError(
        'HERALD_NAME_TAKEN',
        `two ${what} are called ${name}: leave one of the plugins that bring them out`,
        { details: { name } },
      );
    }
    index.set(name, item);
  }
  return index;
};
