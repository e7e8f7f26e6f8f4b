import { resolve } from 'node:path';
import { controlDirectory, type GuestSummary } from '@nic-herald/control';
import { guestLabel, HeraldError } from '@nic-herald/core';
import type { CliIo } from '../cli-io.js';
import { type AgentsAnswer, askAgents, onlyOne, throughAgent } from './ask-agents.js';
import type { GuestAccess, GuestTarget } from './guest-access.js';
import { counted } from './list-text.js';

/** The guest meant, or, where none was named and there is not just one, all there are. */
export type Found = { readonly access: GuestAccess } | { readonly guests: readonly GuestSummary[] };

/**
 * Finds the way to a guest: a running agent that sees it; else, with --qmp, QEMU itself. Rejects with
 * HERALD_QMP_LIBVIRT, HERALD_GUEST_UNKNOWN, HERALD_GUEST_AMBIGUOUS, HERALD_AGENT_NONE and what the two ways reject with.
 */
export const findAccess = async (
  given: GuestTarget,
  io: Pick<CliIo, 'uid' | 'env'>,
  options: { readonly sending: boolean },
): Promise<Found> => {
  const target = given.qmp === undefined ? given : { ...given, qmp: resolve(given.qmp) };
  if (target.qmp !== undefined) {
    const { refuseLibvirtMonitor } = await import('@nic-herald/monitor-qemu');
    refuseLibvirtMonitor(target.qmp);
  }
  const answer = await askAgents(target, controlDirectory(io));
  if (target.qmp !== undefined) {
    const seen = onlyOne(answer.guests, target);
    if (seen !== undefined) return { access: throughAgent(seen) };
    const { askQemu } = await import('./ask-qemu.js');
    return { access: await askQemu(target.qmp, options) };
  }
  if (answer.agents === 0) throw noAgent(controlDirectory(io));
  if (target.guest === undefined && answer.guests.length !== 1) {
    return { guests: answer.guests.map(({ summary }) => summary) };
  }
  const seen = onlyOne(answer.guests, target);
  if (seen === undefined) throw await unknownGuest(target, io, answer);
  return { access: throughAgent(seen) };
};

const noAgent = (directory: string): HeraldError =>
  new HeraldError(
    'HERALD_AGENT_NONE',
    `no agent of this user answers in ${directory}: start one with 'nic-herald run', run this as the agent's user, name its socket with --control where herald.yaml does (one that leaves @nic-herald/control out cannot be asked), or ask QEMU itself with --qmp SOCKET`,
    { details: { directory } },
  );

const unknownGuest = async (
  target: GuestTarget,
  io: Pick<CliIo, 'uid' | 'env'>,
  { agents }: AgentsAnswer,
): Promise<HeraldError> => {
  const { guest: _, ...anyGuest } = target;
  const all = (await askAgents(anyGuest, controlDirectory(io))).guests.slice(0, 20);
  const known = all.map(({ summary }) => guestLabel(summary.identity)).join(', ');
  return new HeraldError(
    'HERALD_GUEST_UNKNOWN',
    `no guest '${target.guest ?? ''}' on ${counted(agents, 'running agent')}; seen are ${known === '' ? 'none' : known}`,
    { details: { guest: target.guest } },
  );
};
