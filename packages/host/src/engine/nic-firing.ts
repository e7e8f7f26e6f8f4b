import type { AnnounceMode } from '@nic-herald/core';
import type { NicReport } from '@nic-herald/core/internal';
import type { KernelLeads } from '../announce/kernel-leads.js';
import type { PreparedNic } from './prepared-nic.js';

/** By whom a NIC was announced, as its report has it. */
export type NicFiring = Pick<NicReport, 'firedBy' | 'kernel' | 'unarmed'>;

/** By whom a NIC was announced, once all was taken. */
export const nicFiring = (
  { plan, channel, announced, added }: Pick<PreparedNic, 'plan' | 'channel' | 'announced' | 'added'>,
  mode: AnnounceMode,
  leads: Pick<KernelLeads, 'hasDeparted' | 'refusalOf' | 'takenOf'>,
): NicFiring => {
  if (mode === 'observe' || channel === undefined || announced.length + added.length === 0) return {};
  const { id } = plan.nic;
  const refusal = leads.refusalOf(id);
  const unarmed = refusal === undefined ? {} : { unarmed: { code: refusal.code, message: refusal.refusal } };
  const taken = leads.takenOf(id);
  if (taken?.firedBy !== 'kernel') return { firedBy: 'agent', ...unarmed };
  const { sent, firedAt, lastAt, shortfall, isLost } = taken;
  return {
    firedBy: leads.hasDeparted(id) ? 'kernel' : 'agent',
    kernel: {
      ...{ sent, firedAt, lastAt },
      ...(shortfall === undefined ? {} : { shortfall }),
      ...(isLost ? { isLost } : {}),
    },
  };
};
