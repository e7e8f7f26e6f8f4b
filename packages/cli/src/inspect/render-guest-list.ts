import type { GuestSummary } from '@nic-herald/control';
import { guestLabel } from '@nic-herald/core';
import picocolors from 'picocolors';
import { printable } from '../printable.js';
import { textTable } from './text-table.js';

/** The guests of all agents, as a table. */
export const renderGuestList = (
  guests: readonly GuestSummary[],
  options: { readonly color: boolean },
): string => {
  const { bold } = picocolors.createColors(options.color);
  const rows = guests.map(({ host, identity, hypervisor, instance }) =>
    [guestLabel(identity), host, `${hypervisor.name} ${hypervisor.version}`, instance].map(printable),
  );
  const [head = '', ...lines] = textTable([['GUEST', 'HOST', 'HYPERVISOR', 'INSTANCE'], ...rows]);
  return `${[bold(head), ...lines].join('\n')}\n`;
};
