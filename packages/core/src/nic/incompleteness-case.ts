import type { Incompleteness } from './filter-view.js';

/** A reason, and for which states of a model it holds. */
export type IncompletenessCase<S> = readonly [holds: (state: S) => boolean, incompleteness: Incompleteness];

/** What a model says of a state: the reasons that hold, in the order of the cases. */
export const incompletenessBy =
  <S>(cases: readonly IncompletenessCase<S>[]) =>
  (state: S): readonly Incompleteness[] =>
    cases.filter(([holds]) => holds(state)).map(([, incompleteness]) => incompleteness);

export const RECEIVER_OFF: IncompletenessCase<{ readonly receiverOn: boolean }> = [
  (state) => !state.receiverOn,
  {
    reason: 'receiver-off',
    meaning:
      "the guest has the card's receiver switched off: what the registers list is what was set before, or " +
      'what the card starts with',
  },
];

export const VLAN_FILTER_OFF: IncompletenessCase<{ readonly vlanFilterOn: boolean }> = [
  (state) => !state.vlanFilterOn,
  {
    reason: 'vlan-filter-off',
    meaning:
      'the card takes frames of every VLAN: the VLANs it lists are announced, others the guest may use have ' +
      'to be learned from its traffic',
  },
];
