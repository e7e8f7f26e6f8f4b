import type { MigrationReport } from '@nic-herald/core';

/** Why nothing was sent through one NIC, for people. */
export interface NotSent {
  readonly nic: string;
  readonly why: string;
}

/**
 * Why no frame was handed to the port of a NIC; absent where some were, as far as the report tells. What was observed was
 * not sent, either.
 */
export const whyNotSent = (
  { mode, outcome, rounds }: MigrationReport,
  { added, announced, nic, port, problem, refused, sink }: MigrationReport['nics'][number],
): NotSent | undefined => {
  if (sink === undefined || (problem !== undefined && outcome !== 'announced')) {
    const noWay = port === undefined ? 'it has no port' : `no sink can send through its port ${port}`;
    return { nic, why: problem === undefined ? noWay : `${problem.message} (${problem.code})` };
  }
  if (announced.length + added.length === 0) {
    const nothing = 'there is nothing to announce for it, or no round was to be sent (rounds: 0)';
    return { nic, why: refused.length === 0 ? nothing : 'all there was to announce for it was refused' };
  }
  if (mode === 'observe') return { nic, why: 'the guest is only observed (mode: observe)' };
  const accepted = rounds.reduce((sum, round) => sum + round.accepted, 0);
  return accepted > 0 ? undefined : { nic, why: 'no frame was taken by its port' };
};

/** The same for each NIC of a guest, where frames went through none; else none. */
export const notSent = (report: MigrationReport): readonly NotSent[] => {
  const each = report.nics.map((nic) => whyNotSent(report, nic));
  return each.every((why) => why !== undefined) ? each : [];
};
