import { type Clock, type GuestKey, HeraldError, type SnapshotHead } from '@nic-herald/core';

/** This agent, as its entries name it. */
export interface OwnAgent {
  readonly host: string;
  readonly agent: string;
}

/** An agent that ends while the next one starts may write for so long after that, ms. */
const OVERLAP_MS = 2000;

/**
 * Finds out whether another agent that is alive writes under this host's name. What lies there when this one starts was
 * written by the one before it; what changes later was not. It goes by what changes, since clocks may be set.
 */
export class HostTwin {
  /** When others under this name wrote, by their own word, as it was when this agent started. */
  private readonly before = new Map<GuestKey, string>();
  private hasLooked = false;

  constructor(
    private readonly own: OwnAgent,
    private readonly clock: Pick<Clock, 'elapsed'>,
    /** When this agent started, by `Clock.elapsed`. */
    private readonly startedAt = clock.elapsed(),
  ) {}

  /** The warning where these heads show another agent; absent where they do not. */
  look(heads: readonly SnapshotHead[]): HeraldError | undefined {
    const { host, agent } = this.own;
    const isEarly = !this.hasLooked || this.clock.elapsed() - this.startedAt < OVERLAP_MS;
    this.hasLooked = true;
    for (const { guest, host: name, writer, writtenAt } of heads) {
      if (name !== host || writer === undefined || writer.agent === agent) continue;
      const written = `${writer.agent} ${writtenAt ?? ''}`;
      if (isEarly) this.before.set(guest, written);
      else if (this.before.get(guest) !== written) return twin(host, guest);
    }
    return undefined;
  }
}

const twin = (host: string, guest: GuestKey): HeraldError =>
  new HeraldError(
    'HERALD_HOST_TWIN',
    `another agent calls itself ${host} and wrote an entry for ${guest}: the two take each other's entries for their own; give each host a name of its own with --host or \`host\` in herald.yaml`,
    { details: { host, guest } },
  );
