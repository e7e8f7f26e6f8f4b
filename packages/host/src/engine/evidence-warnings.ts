import { HeraldError, type Incompleteness } from '@nic-herald/core';
import { UNREADABLE } from '../knowledge/guest-knowledge.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { duplicateMacs } from './duplicate-macs.js';

/** What an operator should know of the cards of one guest: MACs that several share, and what cards do not tell. */
export const evidenceWarnings = (evidence: readonly NicEvidence[]): readonly HeraldError[] => {
  const incomplete = evidence
    .filter(({ source }) => source !== 'primary-mac')
    .flatMap(({ nic, filter }) =>
      filter.incomplete.filter(isNews).map(
        ({ reason, meaning }) =>
          new HeraldError('HERALD_FILTER_INCOMPLETE', `${nic.id}: ${reason}: ${meaning}`, {
            details: { nic: nic.id, reason },
          }),
      ),
    );
  return [...duplicateMacs(evidence.map(({ nic }) => nic)), ...incomplete];
};

/** That a card cannot be read was told as a problem, with its own code. */
const isNews = ({ reason }: Incompleteness): boolean => reason !== UNREADABLE;
