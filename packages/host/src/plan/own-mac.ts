import { stationOf } from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { type JudgeContext, judgeCandidate } from './judge-candidate.js';
import type { NicEvidence } from './nic-evidence.js';

/**
 * The MAC a card answers to as its own: the one the guest gave it, as far as the rules let it have that, else
 * the one it was configured with.
 */
export const ownMac = ({ nic, filter }: NicEvidence, rules: JudgeContext): MacAddress => {
  const { currentMac } = filter;
  if (currentMac === undefined) return nic.primaryMac;
  const verdict = judgeCandidate({ station: stationOf(currentMac), evidence: 'primary' }, rules);
  return verdict === undefined ? currentMac : nic.primaryMac;
};
