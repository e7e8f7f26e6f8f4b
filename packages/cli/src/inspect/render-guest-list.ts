import type { GuestSummary } from '@nic-herald/control';
import { guestLabel } from '@nic-herald/core';
import picocolors from 'picocolors';
import { printable } from '../printable.js';

/** The guests of all agents, as a table. */
export const renderGuestList = (
  guests: readonly GuestSummary[],
  options: { readonly color: boolean },
): string => {
  const { bold } = picocolors.createColors(options.color);
  const rows = guests.map(({ host, identity, hypervisor, instance }) =>
    [guestLabel(identity), host, `${hypervisor.name} ${hypervisor.version}`, instance].map(printable),
  );
  const head = ['GUEST', 'HOST', 'HYPERVISOR', 'INSTANCE'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[bold(line(head)), ...rows.map(line)].join('\n')}\n`;
};
