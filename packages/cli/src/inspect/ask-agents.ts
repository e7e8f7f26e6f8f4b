import { agentsIn, ControlClient, type GuestSummary, isNamed } from '@nic-herald/control';
import { HeraldError } from '@nic-herald/core';
import { someoneListens } from '@nic-herald/local-http';
import type { AgentDescription } from '../plugins/agent-description.js';
import type { GuestAccess, GuestTarget } from './guest-access.js';

/** A guest and the agent that sees it. */
export interface SeenGuest {
  readonly summary: GuestSummary;
  readonly agent: ControlClient;
}

/** What running agents say. */
export interface AgentsAnswer {
  /** How many agents answered. */
  readonly agents: number;
  /** The guests that fit the target; all of them where it names none. */
  readonly guests: readonly SeenGuest[];
}

/**
 * Asks every running agent for the guests that a target means. Sockets of dead agents are passed over; an
 * agent that lives and does not answer rejects with HERALD_CONTROL_FAILED, and so does one that was named and
 * is not there.
 */
export const askAgents = async (target: GuestTarget, directory: string): Promise<AgentsAnswer> => {
  const agents = await runningAgents(target, directory);
  const guests: SeenGuest[] = [];
  for (const agent of agents) {
    for (const summary of await agent.guests()) if (fits(summary, target)) guests.push({ summary, agent });
  }
  return { agents: agents.length, guests };
};

/**
 * What every running agent is composed of. Rejects with HERALD_AGENT_NONE where there is none, or none of the
 * name in `host`.
 */
export const describeAgents = async (
  target: Pick<GuestTarget, 'host' | 'control'>,
  directory: string,
): Promise<readonly AgentDescription[]> => {
  const orElse = ', or give --config FILE to see what one would be composed of';
  return (await describedAgents(target, directory, orElse)).map(({ description }) => description);
};

/** An agent, and what it is composed of. */
export interface DescribedAgent {
  readonly agent: ControlClient;
  readonly description: AgentDescription;
}

/** The running agents that are meant, as `describeAgents` finds them. `orElse`: what else can be done where there is none. */
export const describedAgents = async (
  target: Pick<GuestTarget, 'host' | 'control'>,
  directory: string,
  orElse = '',
): Promise<readonly DescribedAgent[]> => {
  const described: DescribedAgent[] = [];
  for (const agent of await runningAgents(target, directory)) {
    described.push({ agent, description: await agent.describe() });
  }
  const found = described.filter(
    ({ description: { host } }) => target.host === undefined || host === target.host,
  );
  if (found.length > 0) return found;
  throw new HeraldError(
    'HERALD_AGENT_NONE',
    `no agent of this user${target.host === undefined ? '' : ` called ${target.host}`} answers in ${directory}: start one with 'nic-herald run', name its socket with --control where herald.yaml does (one that leaves @nic-herald/control out cannot be asked)${orElse}`,
    { details: { directory } },
  );
};

/** The agent at the control socket named, else all whose sockets are answered. */
const runningAgents = async (
  { control }: Pick<GuestTarget, 'control'>,
  directory: string,
): Promise<readonly ControlClient[]> => {
  if (control !== undefined) return [new ControlClient(control)];
  const running: ControlClient[] = [];
  for (const agent of await agentsIn(directory)) {
    if (await someoneListens(agent.path)) running.push(agent);
  }
  return running;
};

const fits = (summary: GuestSummary, { guest, qmp, host }: GuestTarget): boolean =>
  (host === undefined || summary.host === host) &&
  (guest === undefined || isNamed(summary, guest)) &&
  // the QEMU monitor names an instance by its socket and a number
  (qmp === undefined || summary.instance.replace(/#\d+$/, '') === qmp);

/** The one guest of several. Throws HERALD_GUEST_AMBIGUOUS, which says how to tell them apart. */
export const onlyOne = (guests: readonly SeenGuest[], target: GuestTarget): SeenGuest | undefined => {
  if (guests.length < 2) return guests[0];
  const named = target.guest ?? target.qmp ?? 'several';
  const found = guests.map(({ summary: { host, instance } }) => `--host ${host} ${instance}`);
  throw new HeraldError(
    'HERALD_GUEST_AMBIGUOUS',
    `${named} is here ${guests.length} times; say which: ${found.join(', or ')}`,
    { details: { guest: named, found: guests.length } },
  );
};

/** Looks at a guest, announces or records it, through its agent. */
export const throughAgent = ({ summary, agent }: SeenGuest): GuestAccess => ({
  hasSink: true,
  inspect: () => agent.inspect(summary.instance),
  announce: (request) => agent.announce(summary.instance, request),
  record: (request) => agent.record(summary.instance, request),
  close: () => Promise.resolve(),
});
