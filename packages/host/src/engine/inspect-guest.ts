import {
  asHeraldError,
  type HeraldError,
  type NicDescriptor,
  type NicPlan,
  type ReportWarning,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import type { NicChannel, SinkRegistry } from '../announce/sink-registry.js';
import type { GuestInspection, NicInspection, SinkStatus } from '../herald-host.js';
import { matchNic } from '../knowledge/match-nic.js';
import { NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import { CAPTURE_DEADLINE_MS } from '../knowledge/read-nic.js';
import { snapshotEvidence } from '../knowledge/snapshot-evidence.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { duplicateMacs } from './duplicate-macs.js';
import type { EngineServices } from './engine-services.js';
import { fetchHandoff } from './fetch-handoff.js';
import type { GuestSession } from './guest-session.js';
import { planGuest } from './plan-guest.js';

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
  const guestIs = phase === 'incoming' ? 'incoming' : 'running';
  const handoff = await attempt('HERALD_HANDOFF_FAILED', 'the hand-off could not be read', NO_HANDOFF, () =>
    fetchHandoff(session.key, guestIs, services),
  );
  problems.push(...handoff.problems);
  await attempt('HERALD_HANDOFF_FAILED', 'the hand-off could not be read', undefined, () =>
    services.otherGuests.refresh(),
  );

  let evidence: readonly NicEvidence[];
  if (phase === 'incoming') {
    const nics = await attempt<readonly NicDescriptor[]>(
      'HERALD_GUEST_UNREADABLE',
      'the guest does not tell its NICs',
      [],
      () =>
        withDeadline(services.clock, CAPTURE_DEADLINE_MS, 'listing the NICs', (signal) =>
          guest.nics({ signal }),
        ),
    );
    evidence = nics.map((nic) => {
      const handed = snapshotEvidence(nic, matchNic(nic, handoff.newest), services.models);
      if (handed.problem !== undefined) problems.push(handed.problem);
      return handed.evidence;
    });
  } else {
    await attempt('HERALD_GUEST_UNREADABLE', 'the guest does not tell its NICs', undefined, () =>
      session.freshLook(),
    );
    evidence = session.knowledge.evidence();
  }
  const { plans, faults } = planGuest(guest, evidence, services);
  const nics: NicInspection[] = [];
  for (const [index, each] of evidence.entries()) {
    const plan = plans[index];
    if (plan !== undefined) nics.push(await inspectNic(each, plan, session, services.sinks));
  }
  const duplicates = duplicateMacs(evidence.map(({ nic }) => nic));
  return {
    guest: guest.identity,
    instance: guest.instance,
    hypervisor: guest.hypervisor,
    phase,
    epoch: Math.max(session.epoch, handoff.epoch),
    armed: session.armed !== undefined,
    snapshots: handoff.snapshots,
    nics,
    warnings: [...problems, ...faults, ...duplicates].map(
      ({ code, message }): ReportWarning => ({ code, message }),
    ),
  };
};

const inspectNic = async (
  evidence: NicEvidence,
  plan: NicPlan,
  session: GuestSession,
  sinks: SinkRegistry,
): Promise<NicInspection> => {
  const problem = session.knowledge.problemOf(evidence.nic.id);
  return {
    nic: evidence.nic,
    model: evidence.model,
    ...(problem === undefined ? {} : { problem: problem.message }),
    ...(evidence.state === undefined ? {} : { state: evidence.state }),
    filter: evidence.filter,
    learned: evidence.learned,
    plan,
    sink: await sinkStatus(await sinks.open(evidence.nic)),
  };
};

const sinkStatus = async (way: NicChannel): Promise<SinkStatus> => {
  if (!('channel' in way)) {
    return {
      ready: false,
      problem: way.problem.message,
      ...(way.sink === undefined ? {} : { sink: way.sink }),
    };
  }
  const { sink, channel } = way;
  try {
    const health = await channel.health();
    return health.ready ? { sink, ready: true } : { sink, ready: false, problem: health.message };
  } catch (error) {
    return { sink, ready: false, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    await channel.close().catch(() => {});
  }
};
