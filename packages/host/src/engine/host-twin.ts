import { HeraldError, type SnapshotHead } from '@nic-herald/core';

/** This agent, as its entries name it. */
export interface OwnAgent {
  readonly host: string;
  readonly agent: string;
  /** When it started, ms since 1970 UTC. */
  readonly startedAt: number;
}

/** An agent that ends while the next one starts may write a last time, ms. */
const OVERLAP_MS = 1000;

/**
 * The warning where another agent writes under this host's name; absent where none does. What was written before this
 * agent started was written by the one before it.
 */
export const hostTwin = (
  heads: readonly SnapshotHead[],
  { host, agent, startedAt }: OwnAgent,
): HeraldError | undefined => {
  const other = heads.find(
    (head) =>
      head.host === host &&
      head.writer !== undefined &&
      head.writer.agent !== agent &&
      (head.writtenAt ?? 0) > startedAt + OVERLAP_MS,
  );
  if (other === undefined) return undefined;
  return new HeraldError(
    'HERALD_HOST_TWIN',
    `another agent calls itself ${host} and wrote an entry for ${other.guest}: the two take each other's entries for their own; give each host a name of its own with --host or \`host\` in herald.yaml`,
    { details: { host, guest: other.guest } },
  );
};
