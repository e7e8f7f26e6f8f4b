import type { AnnounceHandler, NicModel } from '@nic-herald/core';
import { announceHandlerCases } from './announce-handler-cases.js';
import type { ContractSuite } from './contract-suite.js';
import { modelCaptureCases } from './model-capture-cases.js';
import { modelIdentityCases } from './model-identity-cases.js';
import { modelRestoreCases } from './model-restore-cases.js';
import { modelStateCases } from './model-state-cases.js';
import type { ContractCards } from './model-under-test.js';
import { modelValueCases } from './model-value-cases.js';
import type { ContractValues } from './nic-values.js';
import { DEFAULT_LIMIT_MS } from './outcome.js';

/** A NIC model, and cards to try it on. */
export interface NicModelContractOptions<S> {
  /** Makes the model; called many times. */
  readonly model: () => NicModel<S>;
  /** Makes its announce handler, where it has one. */
  readonly handler?: () => AnnounceHandler<S>;
  /**
   * Cards that the model can read, by what they are: at least one, better one per mode of the card (fresh, several
   * MACs, VLANs, promiscuous). `fakeDevice` and `recordedDevice` make them.
   */
  readonly cards: ContractCards;
  /**
   * Cards of which it is known what they hold, with the MACs and VLANs that the model must give: what tells a model that
   * reads the right registers from one that reads others. Among them a MAC that is not the primary one, a VLAN where
   * the card lists any, and better one whose table is full.
   */
  readonly values: ContractValues;
  /** Cards the guest has not set up, where this kind of card can tell. */
  readonly notEnabled?: ContractCards;
  /** How long a capture may take before it is said not to end, ms of real time; default 2000. */
  readonly limitMs?: number;
}

/**
 * The contract of a NIC model: `NicModel` and `AnnounceHandler` as a host relies on them, tried with the cards
 * given, with cards of which it is known what they hold, with cards that answer nonsense, and with states that nobody
 * sound would send.
 */
export const nicModelContract = <S>(options: NicModelContractOptions<S>): ContractSuite => {
  const { model, cards, limitMs = DEFAULT_LIMIT_MS } = options;
  const test = { model, cards, limitMs };
  return {
    name: 'the contract of a NIC model',
    cases: [
      ...modelIdentityCases(test),
      ...modelCaptureCases(test, options.notEnabled),
      ...modelValueCases(test, options.values),
      ...modelStateCases(test),
      ...modelRestoreCases(test),
      ...announceHandlerCases(test, options.handler),
    ],
  };
};
