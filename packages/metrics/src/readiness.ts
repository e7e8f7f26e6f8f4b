import type { HostHealth } from '@nic-herald/core';

/** Whether a host can do its work, for whoever asks over the network: codes, and no words that may name guests. */
export interface Readiness {
  readonly ready: boolean;
  readonly state: HostHealth['state'];
  /** What is not ready, and why: the code of an error. */
  readonly problems: readonly {
    readonly part: 'monitor' | 'handoff' | 'sink';
    readonly name: string;
    readonly code: string;
  }[];
}

/** Judges what a host says of its parts. */
export const readinessOf = ({ state, monitors, handoffStores, sinks }: HostHealth): Readiness => {
  const all = [
    ...monitors.map((health) => ({ part: 'monitor' as const, health })),
    ...handoffStores.map((health) => ({ part: 'handoff' as const, health })),
    ...sinks.map((health) => ({ part: 'sink' as const, health })),
  ];
  const problems = all.flatMap(({ part, health }) =>
    health.ready ? [] : [{ part, name: health.name, code: health.code }],
  );
  return { ready: state === 'running' && problems.length === 0, state, problems };
};
