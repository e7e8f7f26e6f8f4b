import type { HostStats } from '@nic-herald/core';

/** How the agent stands, in one line: its guests, and what is not ready. */
export const serviceStatus = ({ guests, parts }: Pick<HostStats, 'guests' | 'parts'>): string => {
  const count = Object.values(guests.byPhase).reduce((total, each) => total + each, 0);
  const missing = [...parts.monitors, ...parts.handoffStores, ...parts.sinks].filter(({ ready }) => !ready);
  const watched = count === 1 ? '1 guest' : `${count} guests`;
  return missing.length === 0
    ? watched
    : `${watched}; not ready: ${missing.map(({ name }) => name).join(', ')}`;
};
