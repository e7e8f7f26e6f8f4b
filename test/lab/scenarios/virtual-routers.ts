import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { armed, handedOver, startAgents } from '../agent-process.js';
import { unreachedTimes } from '../always-reached.js';
import {
  type AnsweredRequests,
  type Asking,
  answeredRequests,
  unansweredRequests,
} from '../answered-requests.js';
import { captureAtPeer } from '../capture-at-peer.js';
import {
  beginMigration,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  watchArrivals,
} from '../guest-move.js';
import { bootGuest, settleTables } from '../guest-on-host.js';
import { seenWithAddresses } from '../handed-over.js';
import { announcedStations, darkStations, reportFaults } from '../herald-checks.js';
import type { CaseContext, LabCase } from '../lab-case.js';
import { LabRig } from '../lab-rig.js';
import type { Measurement } from '../measurement.js';
import { sourceOfFrame } from '../probe-frame.js';
import { captureDelayMs, type TapReceiver } from '../tap-receiver.js';
import {
  type AdvertFrom,
  type RouterRole,
  roleOf,
  routerImage,
  startRouting,
  virtualRouter,
  virtualStation,
  wasMaster,
} from '../virtual-router.js';

/** A backup's virtual interface says a few things when it comes up. It is silent for so long before the migration. */
const silentMs = 12_000;
/** A station is late that is not back by then, ms: even a quiet guest says something by itself after some seconds. */
const lateMs = 2000;
/** How long after RESUME the master is watched while the backup is announced. */
const watchedMs = 3000;
/** Asked of the virtual address: from RESUME on where its master stays, else once the master is back. */
const requests: Readonly<Record<RouterRole, Asking>> = {
  backup: { count: 60, everyMs: watchedMs / 60 },
  master: { count: 20, everyMs: 100 },
};

interface RouterOptions {
  readonly name: string;
  /** What the router that migrates is; the other one stays on B. */
  readonly moving: RouterRole;
  readonly adverts: AdvertFrom;
  /** Of the moving guest's stations; the master's next advertisement within a second mends what QEMU leaves. */
  readonly lateWithQemuAlone: number;
}

interface Trial {
  readonly measurement: Measurement;
  readonly requests: AnsweredRequests;
  readonly faults: readonly string[];
}

/**
 * Two guests with keepalived share a virtual MAC, which the cards of both list. It goes with the master when that
 * migrates, and stays with it when the backup does.
 */
function virtualRouters(options: RouterOptions): LabCase {
  const { name, moving, adverts } = options;
  const what =
    moving === 'master' ? 'its virtual MAC and address go with it' : 'the virtual MAC stays with the master';
  const quiet = adverts === 'card-mac' ? ', which speaks from it only when asked' : '';
  return {
    name,
    summary: `two guests with keepalived, and the ${moving} migrates: ${what}${quiet}`,
    needsAgents: false,
    run: async (context) => {
      const alone = await migrateOnce(options, context, false);
      const faults = alone.faults.map((fault) => `QEMU alone: ${fault}`);
      const late = alone.measurement.returns.filter(({ afterMs = Infinity }) => afterMs > lateMs).length;
      if (late !== options.lateWithQemuAlone) {
        faults.push(
          `not valid: QEMU alone left ${late} dark for ${lateMs} ms, not ${options.lateWithQemuAlone}`,
        );
      }
      const notes = [told('QEMU alone', alone.requests)];
      if (context.qemuAloneOnly) return { alone: alone.measurement, faults, notes };
      const herald = await migrateOnce(options, context, true);
      faults.push(...darkStations(herald.measurement), ...herald.faults);
      return {
        alone: alone.measurement,
        herald: herald.measurement,
        faults,
        notes: [...notes, told('nic-herald', herald.requests)],
      };
    },
  };
}

export const virtualRouterCases: readonly LabCase[] = [
  virtualRouters({
    name: 'keepalived-master',
    moving: 'master',
    adverts: 'virtual-mac',
    lateWithQemuAlone: 0,
  }),
  virtualRouters({
    name: 'keepalived-master-quiet',
    moving: 'master',
    adverts: 'card-mac',
    lateWithQemuAlone: 1,
  }),
  virtualRouters({
    name: 'keepalived-backup',
    moving: 'backup',
    adverts: 'virtual-mac',
    lateWithQemuAlone: 0,
  }),
  virtualRouters({
    name: 'keepalived-backup-quiet',
    moving: 'backup',
    adverts: 'card-mac',
    lateWithQemuAlone: 0,
  }),
];

async function migrateOnce(
  options: RouterOptions,
  context: CaseContext,
  withAgents: boolean,
): Promise<Trial> {
  const { moving, adverts } = options;
  const mover = virtualRouter(0, moving, adverts);
  const stayer = virtualRouter(1, moving === 'master' ? 'backup' : 'master', adverts);
  const [primary] = mover.recipe.stations;
  const stations = [...mover.recipe.stations, ...(moving === 'master' ? [virtualStation] : [])];
  const rig = await LabRig.start({
    ...context,
    image: await routerImage(context.image),
    guest: mover.recipe.guest,
    neighbours: [stayer.recipe.guest],
    directory: join(context.directory, withAgents ? 'nic-herald' : 'qemu-alone'),
  });
  try {
    const [agents, source, other, peer] = await Promise.all([
      withAgents ? startAgents(rig) : undefined,
      bootGuest(rig, 'A', mover.recipe),
      bootGuest(rig, 'B', stayer.recipe, '-other'),
      captureAtPeer(rig),
    ]);
    const [master, backup] = moving === 'master' ? [source, other] : [other, source];
    const roles = moving === 'master' ? [mover, stayer] : [stayer, mover];
    for (const [index, router] of roles.entries()) await startRouting(router, index === 0 ? master : backup);
    const masterAt = moving === 'master' ? 'A' : 'B';
    await settleTables(rig, source, 'A', mover.recipe.stations);
    await settleTables(rig, other, 'B', stayer.recipe.stations);
    await settleTables(rig, master, masterAt, [virtualStation]);

    const masterTaps = (moving === 'master' ? mover : stayer).recipe.guest.nics.map(({ tap }) => tap);
    const home = await watchArrivals(rig, masterAt, [virtualStation], masterTaps);
    const before = await watchArrivals(rig, 'A', mover.recipe.stations);
    const after = await watchArrivals(rig, 'B', stations);
    const entry = await rig.capture('B', 'tap0', 'in');
    await probeSource(rig, before);
    rig.prober.probe([...(primary ? [primary] : []), virtualStation], 4);
    const destination = await startDestination(rig, 'B');
    if (agents) {
      // Both cards list it: that alone must not decide.
      await handedOver(rig, 'A', [virtualStation]);
      await handedOver(rig, 'B', [virtualStation]);
      await seenWithAddresses(rig, masterAt, [virtualStation]);
      if (moving === 'backup') await sleep(silentMs);
      await armed(agents.B, stations.length);
    }
    const begunAtMs = Date.now();
    await beginMigration(rig, source, destination);
    const resumedAtMs = await resumeOf(destination);
    const ask = (): Promise<AnsweredRequests> =>
      answeredRequests(rig, peer, virtualStation, requests[moving]);
    const answering = moving === 'backup' ? ask() : undefined;
    const measurement = await measureReturns(after, resumedAtMs);
    const answers = await (answering ?? ask());
    await sleep(Math.max(0, resumedAtMs + watchedMs + captureDelayMs - Date.now()));

    const faults: string[] = [];
    if ((await roleOf(destination)) !== moving)
      faults.push(`not valid: the guest that moved is no longer ${moving}`);
    if (await wasMaster(moving === 'master' ? other : destination))
      faults.push('not valid: the backup was the master');
    if (agents || moving === 'backup') faults.push(...unansweredRequests(answers));
    if (moving === 'backup') {
      faults.push(...(await stolenFrames(entry, begunAtMs)));
      const reach = { whose: 'the master', when: 'RESUME' };
      faults.push(...(await unreachedTimes(home, resumedAtMs, resumedAtMs + watchedMs, reach)));
    }
    if (agents) {
      const report = await agents.B.report();
      faults.push(...reportFaults(report, stations));
      faults.push(...(moving === 'master' ? unannouncedAddress(report) : unrefused(report)));
    }
    return { measurement, requests: answers, faults };
  } finally {
    await rig.stop();
  }
}

/** Frames with the virtual MAC that entered at the backup's port: there must be none. */
async function stolenFrames(entry: TapReceiver, sinceMs: number): Promise<string[]> {
  const frames = (await entry.frames()).filter(({ atMs, bytes }) => {
    return atMs > sinceMs && sourceOfFrame(bytes) === virtualStation.mac;
  });
  return frames.length === 0 ? [] : [`${frames.length} frames claimed the virtual MAC at the backup's port`];
}

function unannouncedAddress({ nics }: MigrationReport): string[] {
  const announced = nics.flatMap((nic) => [...nic.announced, ...nic.added]);
  const { mac, address } = virtualStation;
  const isThere = announced.some((each) => each.station.mac === mac && each.address === address);
  return isThere ? [] : [`the report does not name ${address} at ${mac}`];
}

function unrefused(report: MigrationReport): string[] {
  const { mac } = virtualStation;
  const faults = announcedStations(report).has(mac) ? [`the report says that ${mac} was announced`] : [];
  if (!report.nics.some(({ refused }) => refused.some((each) => each.mac === mac)))
    faults.push(`the report does not refuse ${mac}`);
  return faults;
}

const told = (who: string, { asked, answered }: AnsweredRequests): string =>
  `${who}: ${answered} of ${asked} requests to the virtual address answered`;
