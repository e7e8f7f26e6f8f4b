import { asHeraldError, type HeraldError, messageOf, type NicDescriptor } from '@nic-herald/core';
import type { NicSnapshot } from '@nic-herald/core/internal';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { PRIMARY_MAC, PRIMARY_MAC_LIMITS, primaryMacView } from '../plan/primary-mac.js';
import type { ModelRegistry } from './model-registry.js';
import { readState, viewOf } from './read-nic.js';

/** Evidence for a NIC that may not be read yet, and what was wrong with what was handed over. */
export interface HandedEvidence {
  readonly evidence: NicEvidence;
  readonly problem?: HeraldError;
}

/**
 * What the hand-off tells of a NIC of this host. Where there is no entry, no such model here, or a state it
 * cannot read, the primary MAC and the learned stations remain.
 */
export const snapshotEvidence = (
  nic: NicDescriptor,
  handed: NicSnapshot | undefined,
  registry: ModelRegistry,
): HandedEvidence => {
  const others = {
    ...(handed?.foreign === undefined ? {} : { foreign: handed.foreign }),
    ...(handed?.elsewhere === undefined ? {} : { elsewhere: handed.elsewhere }),
  };
  const fallback = (reason: string, meaning: string): NicEvidence => ({
    nic,
    model: PRIMARY_MAC,
    limits: PRIMARY_MAC_LIMITS,
    source: handed === undefined ? 'primary-mac' : 'hand-off',
    filter: primaryMacView(reason, meaning),
    learned: handed?.learned ?? [],
    ...others,
  });
  if (handed === undefined) {
    return { evidence: fallback('no-snapshot', 'no other host handed over what this card held') };
  }
  const model = registry.named(handed.model);
  if (model === undefined || handed.state === undefined) {
    return {
      evidence: fallback(
        'no-model',
        handed.state === undefined
          ? 'the host it came from could not read this card'
          : `no plugin here knows the model ${handed.model} that read this card`,
      ),
    };
  }
  try {
    const state = readState(model, handed.state);
    const filter = viewOf(model, state);
    const { learned } = handed;
    return {
      evidence: {
        nic,
        model: model.name,
        limits: model.limits,
        source: 'hand-off',
        state,
        filter,
        learned,
        ...others,
      },
    };
  } catch (error) {
    return {
      evidence: fallback('bad-state', 'what was handed over of this card cannot be read'),
      problem: asHeraldError(
        error,
        'HERALD_MODEL_FAULT',
        `the model ${model.name} failed on the handed-over state of ${nic.id}: ${messageOf(error)}`,
        { nic: nic.id, model: model.name },
      ),
    };
  }
};
