// Migrates QEMUs without an operating system in the current network namespace, which has the taps, and prints what each
// move was. Run by qemu-resume-main.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ANNOUNCE_POLICY,
  DEFAULT_GUEST_POLICY,
  guestIdentity,
  guestKeyOf,
  HANDOFF_STORE,
  type HeraldPlugin,
  type MigrationReport,
  PLUGIN_CONTRACT,
  type Snapshot,
} from '@nic-herald/core';
import { SNAPSHOT_FORMAT } from '@nic-herald/core/internal';
import { composeHost } from '@nic-herald/host';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { qemu } from '@nic-herald/monitor-qemu';
import { linuxPorts } from '@nic-herald/ports-linux';
import { linuxSink } from '@nic-herald/sink-linux';
import { MemoryHandoff } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { QmpDriver } from '../lab/qmp-driver.js';
import { BareQemu, GUEST_UUID, PRIMARY_MAC } from './bench-bed.js';
import { command } from './resume-bench.js';

/** What is announced: so many cards, each with so many MACs, untagged and on each of so many VLANs. */
export interface Shape {
  readonly nics: number;
  readonly macs: number;
  readonly vlans: number;
}

/** Who sends round 1; `none`: QEMU is alone, without an agent. */
export type Way = 'kernel' | 'agent' | 'none';

/** One move. Times in ms since 1970 UTC, as QEMU and the host stamp them. */
export interface Move extends Pick<MigrationReport, 'resumedAt' | 'readAt' | 'firstFrameAt' | 'lastFrameAt'> {
  readonly shape: number;
  readonly way: Way;
  readonly firedBy: readonly (string | undefined)[];
}

const DEADLINE_MS = 30_000;
/** Before the migration begins, and after the guest runs, ms: nothing else is then under way. */
const SETTLE_MS = 400;
const AFTERWARDS_MS = 100;
const WAYS: readonly Way[] = ['none', 'agent', 'kernel'];
const hex = (number: number): string => number.toString(16).padStart(2, '0');

/** The MAC of a card; the first one's is the bench's own. */
export const primaryOf = (nic: number): string => (nic === 0 ? PRIMARY_MAC : `52:54:00:bb:${hex(nic)}:00`);

const handed = ({ nics, macs, vlans }: Shape): Snapshot => {
  const guest = guestKeyOf(guestIdentity({ uuid: GUEST_UUID }));
  if (guest === undefined) throw new TypeError('the bench guest has a UUID');
  const cards = Array.from({ length: nics }, (_, nic) => ({
    id: `nic${nic}`,
    primaryMac: MacAddress.of(primaryOf(nic)),
    model: 'virtio-net',
    state: {
      mainMac: primaryOf(nic),
      promiscuous: false,
      unicastMode: 'normal',
      unicastOverflow: false,
      unicast: Array.from({ length: macs - 1 }, (__, index) => `52:54:00:cc:${hex(nic)}:${hex(index + 1)}`),
      multicast: [],
      unfitEntries: 0,
      vlans: Array.from({ length: vlans }, (__, index) => index + 1),
      dropsVlansOnLoad: false,
    },
    learned: [],
  }));
  return { format: SNAPSHOT_FORMAT, guest, host: 'source', epoch: 0, nics: cards };
};

/** One round, the largest burst there is, and a pace that is never in the way. */
const policy: HeraldPlugin = {
  name: 'bench-policy',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.provide(ANNOUNCE_POLICY, {
      value: {
        forGuest: () => ({
          ...DEFAULT_GUEST_POLICY,
          timing: { ...DEFAULT_GUEST_POLICY.timing, rounds: 1 },
          pairingLimit: 8192,
          maxStations: 8192,
          multicastRefresh: false,
        }),
        pacing: { framesPerSecond: 1_000_000, burst: 1024 },
      },
    }),
};

/** Cards beyond the first, at their taps. */
const moreCards = (side: 'd' | 's', nics: number): readonly string[] =>
  Array.from({ length: nics - 1 }, (_, index) => index + 1).flatMap((nic) => [
    ...['-netdev', `tap,id=net${nic},ifname=${side}${nic},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,id=nic${nic},netdev=net${nic},mac=${primaryOf(nic)},romfile=`],
  ]);

type Times = Pick<MigrationReport, 'resumedAt' | 'readAt' | 'firstFrameAt' | 'lastFrameAt' | 'nics'>;

/** A source and a destination, and the source moving to it. */
const pair = async (shape: Shape, run: (destination: BareQemu, migrate: () => void) => Promise<Times>) => {
  const directory = mkdtempSync(join(tmpdir(), 'nhbench-'));
  const channel = `unix:${join(directory, 'migration')}`;
  const destination = new BareQemu('d0', [...moreCards('d', shape.nics), '-incoming', channel]);
  const source = new BareQemu('s0', moreCards('s', shape.nics));
  const migrate = `{"execute":"migrate","arguments":{"uri":"${channel}"}}`;
  try {
    await Promise.all([destination.ready(), source.ready()]);
    return await run(destination, () => command(`${source.socket}.driver`, migrate));
  } finally {
    await Promise.all([destination.stop(), source.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Nobody announces but QEMU. */
const alone = (shape: Shape): Promise<Times> =>
  pair(shape, async (destination, migrate) => {
    const qmp = await QmpDriver.connect(`${destination.socket}.driver`, '/dev/null');
    setTimeout(migrate, SETTLE_MS);
    const { atMs } = await qmp.waitFor('RESUME', ({ event }) => event === 'RESUME', {
      timeoutMs: DEADLINE_MS,
    });
    await sleep(AFTERWARDS_MS);
    qmp.close();
    return { resumedAt: atMs, nics: [] };
  });

const announced = (shape: Shape, inKernel: boolean): Promise<Times> =>
  pair(shape, async (destination, migrate) => {
    const handoff = new MemoryHandoff();
    await handoff.publish(handed(shape));
    const store: HeraldPlugin = {
      name: 'bench-store',
      contract: PLUGIN_CONTRACT,
      install: (registrar) => registrar.contribute(HANDOFF_STORE, { value: handoff }),
    };
    const monitor = qemu({ sockets: [destination.socket] });
    const plugins = [virtioNet(), linuxPorts(), linuxSink({ inKernel }), monitor, policy, store];
    const host = await composeHost(plugins, { name: 'bench' });
    try {
      return await new Promise<MigrationReport>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('the guest did not arrive')), DEADLINE_MS);
        host.bus.on('announce:finished', ({ report }) => {
          clearTimeout(late);
          resolve(report);
        });
        setTimeout(migrate, SETTLE_MS);
      });
    } finally {
      await host.close();
    }
  });

const [given] = process.argv.slice(2);
if (given === undefined) throw new TypeError('what is to be done is given as JSON');
const { shapes, rounds } = JSON.parse(given) as {
  readonly shapes: readonly Shape[];
  readonly rounds: number;
};
for (let round = 0; round < rounds; round += 1)
  for (const [index, shape] of shapes.entries())
    for (const way of round % 2 === 0 ? WAYS : WAYS.toReversed()) {
      const moved = way === 'none' ? alone(shape) : announced(shape, way !== 'agent');
      const { resumedAt, readAt, firstFrameAt, lastFrameAt, nics } = await moved;
      const times = { resumedAt, readAt, firstFrameAt, lastFrameAt };
      const line = { shape: index, way, firedBy: nics.map(({ firedBy }) => firedBy), ...times };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
