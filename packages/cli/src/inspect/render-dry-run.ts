import { type GuestInspection, guestLabel } from '@nic-herald/core';
import type { NicInspection } from '@nic-herald/core/internal';
import picocolors from 'picocolors';
import { printable } from '../printable.js';
import { renderPlan } from './render-plan.js';

/** What an announcement of these NICs would send. */
export const renderDryRun = (
  inspection: GuestInspection,
  nics: readonly NicInspection[],
  options: { readonly color: boolean },
): string => {
  const { bold } = picocolors.createColors(options.color);
  const lines = [
    `${printable(guestLabel(inspection.guest))}: nothing was sent (--dry-run). This is what would be:`,
    ...nics.flatMap(({ nic, plan }) => [
      '',
      bold(printable(`NIC ${nic.id}, ${nic.type}`)),
      ...renderPlan(plan),
    ]),
  ];
  return `${lines.join('\n')}\n`;
};
