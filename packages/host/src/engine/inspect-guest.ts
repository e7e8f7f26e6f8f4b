import {
  asHeraldError,
  type Clock,
  type FrameDirection,
  type GuestInspection,
  type HeraldError,
  type NicDescriptor,
} from '@nic-herald/core';
import type { MulticastStatus, NicInspection, NicPlan, SinkStatus } from '@nic-herald/core/internal';
import { channelProblem } from '../announce/channel-problem.js';
import { closeQuietly } from '../announce/close-quietly.js';
import type { NicArming } from '../announce/kernel-leads.js';
import type { GuestWays } from '../announce/sink-registry.js';
import { handedAt } from '../knowledge/handed-at.js';
import { matchNic } from '../knowledge/match-nic.js';
import { NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import { snapshotEvidence } from '../knowledge/snapshot-evidence.js';
import { planQueries, type QueryPlan } from '../multicast/query-plan.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { duplicateMacs } from './duplicate-macs.js';
import type { EngineServices } from './engine-services.js';
import type { GuestSession } from './guest-session.js';
import { listNics } from './list-nics.js';
import { planGuest } from './plan-guest.js';
import { doubtfulMacs, UNREAD } from './read-owners.js';
import { reportWarnings } from './report-warnings.js';

/** Looks at one guest and plans for it, without sending. Never rejects: what cannot be read is a warning. */
export const inspectGuest = async (
  session: GuestSession,
  services: EngineServices,
): Promise<GuestInspection> => {
  const { guest, phase } = session;
  const problems: HeraldError[] = [];
  const attempt = async <T>(
    code: HeraldError['code'],
    message: string,
    otherwise: T,
    work: () => Promise<T>,
  ) => {
    try {
      return await work();
    } catch (error) {
      problems.push(asHeraldError(error, code, message));
      return otherwise;
    }
  };
  const handoff = await attempt('HERALD_HANDOFF_FAILED', UNREAD, NO_HANDOFF, () => session.readHandoff());
  problems.push(...handoff.problems);

  let evidence: readonly NicEvidence[];
  if (phase === 'incoming') {
    const nics = await attempt<readonly NicDescriptor[]>(
      'HERALD_GUEST_UNREADABLE',
      'the guest does not tell its NICs',
      [],
      () => listNics(guest, services),
    );
    evidence = nics.map((nic) => {
      const handed = snapshotEvidence(nic, matchNic(nic, nics, handoff.newest), services.models);
      if (handed.problem !== undefined) problems.push(handed.problem);
      return handed.evidence;
    });
  } else {
    await attempt('HERALD_GUEST_UNREADABLE', 'the guest does not tell its NICs', undefined, () =>
      session.freshLook(),
    );
    evidence = session.knowledge.evidence();
  }
  await attempt('HERALD_HANDOFF_FAILED', UNREAD, undefined, () =>
    services.otherGuests.ask(doubtfulMacs(evidence)),
  );
  const as = phase === 'incoming' ? { agesAt: handedAt(handoff, services.clock) } : {};
  await Promise.all([session.ownership.freshen(evidence), session.ownership.look(evidence)]);
  const { plans, faults } = planGuest(guest, evidence, services, session.ownership.judge(evidence, as));
  const ways = services.sinks.waysOf(guest.identity);
  const look = { session, ways, clock: services.clock };
  const { multicastRefresh } = services.policy.forGuest(guest.identity);
  const nics: NicInspection[] = [];
  for (const [index, each] of evidence.entries()) {
    const plan = plans[index];
    if (plan === undefined) continue;
    const queries = multicastRefresh ? planQueries(plan, each.filter) : undefined;
    nics.push(await inspectNic(each, plan, queries, look));
  }
  const moves = session.handoff.moves.length > 0 ? session.handoff.moves : (handoff.newest?.moves ?? []);
  const duplicates = duplicateMacs(evidence.map(({ nic }) => nic));
  return {
    guest: guest.identity,
    instance: guest.instance,
    hypervisor: guest.hypervisor,
    phase,
    mode: ways.mode,
    epoch: Math.max(session.epoch, handoff.epoch),
    armed: session.armed !== undefined,
    snapshots: handoff.snapshots,
    ...(moves.length === 0 ? {} : { moves }),
    nics,
    warnings: reportWarnings([...problems, ...faults, ...duplicates]),
  };
};

/** What a look at one NIC needs. */
interface Look {
  readonly session: GuestSession;
  readonly ways: GuestWays;
  readonly clock: Clock;
}

const inspectNic = async (
  evidence: NicEvidence,
  plan: NicPlan,
  queries: QueryPlan | undefined,
  look: Look,
): Promise<NicInspection> => {
  const problem = look.session.knowledge.problemOf(evidence.nic.id);
  return {
    nic: evidence.nic,
    model: evidence.model,
    ...(problem === undefined ? {} : { problem: problem.message }),
    ...(evidence.state === undefined ? {} : { state: evidence.state }),
    filter: evidence.filter,
    learned: evidence.learned,
    plan,
    sink: await sinkStatus(evidence.nic, 'from-guest', look),
    ...kernelStatus(look.session.armed?.announcement.leads.of(evidence.nic.id)),
    multicast: await multicastStatus(queries, look),
  };
};

const kernelStatus = (armed: NicArming | undefined): Pick<NicInspection, 'kernel'> => {
  if (armed === undefined) return {};
  return { kernel: 'frames' in armed ? armed : { refusal: armed.refusal } };
};

const multicastStatus = async (queries: QueryPlan | undefined, look: Look): Promise<MulticastStatus> => {
  if (queries === undefined) return { wanted: false, vlans: [], ready: false };
  const { ready, ...way } = await sinkStatus(queries.nic, 'to-guest', look);
  const problem = [queries.problem, way.problem].filter((each) => each !== undefined).join('; ');
  return { wanted: true, vlans: queries.vlans, ready, ...(problem === '' ? {} : { problem }) };
};

const sinkStatus = async (
  nic: NicDescriptor,
  direction: FrameDirection,
  { ways, clock }: Look,
): Promise<SinkStatus> => {
  const way = await ways.open(nic, direction);
  if (!('channel' in way)) {
    return {
      ready: false,
      problem: way.problem.message,
      ...(way.sink === undefined ? {} : { sink: way.sink }),
    };
  }
  const { sink, channel } = way;
  const problem = await channelProblem(nic.id, channel, clock);
  await closeQuietly(channel, clock);
  return problem === undefined ? { sink, ready: true } : { sink, ready: false, problem: problem.message };
};
