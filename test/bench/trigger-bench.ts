import {
  ANNOUNCE_POLICY,
  CLOCK,
  type Clock,
  DEFAULT_GUEST_POLICY,
  type Guest,
  guestIdentity,
  guestKeyOf,
  HANDOFF_STORE,
  type HeraldPlugin,
  type MigrationEventBus,
  type MigrationEvents,
  PLUGIN_CONTRACT,
  type Snapshot,
} from '@nic-herald/core';
import { type MigrationEventName, SNAPSHOT_FORMAT } from '@nic-herald/core/internal';
import { composeHost } from '@nic-herald/host';
import { SendBatch } from '@nic-herald/linux-sys';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { linuxSink } from '@nic-herald/sink-linux';
import { MemoryHandoff, PlayedMonitor } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { BareQemu, GUEST_UUID, layCables, PRIMARY_MAC, TAP } from './bench-bed.js';
import { prebuiltLoop } from './prebuilt-loop.js';
import type { Sample } from './sample.js';

const ROUNDS = 21;

/** MACs and VLANs that make so many stations: MACs untagged and on each VLAN. */
const SHAPES = [
  { stations: 1, macs: 1, vlans: 0 },
  { stations: 64, macs: 64, vlans: 0 },
  { stations: 4096, macs: 64, vlans: 63 },
];

const identity = guestIdentity({ uuid: GUEST_UUID });

/** What a source host would have handed over of a virtio-net card with that many MACs and VLANs. */
export const handedOver = (macs: number, vlans: number): Snapshot => {
  const guest = guestKeyOf(identity);
  if (guest === undefined) throw new TypeError('the bench guest has a UUID');
  const state = {
    mainMac: PRIMARY_MAC,
    promiscuous: false,
    unicastMode: 'normal',
    unicastOverflow: false,
    unicast: Array.from(
      { length: macs - 1 },
      (_, index) => `52:54:00:bb:00:${(index + 1).toString(16).padStart(2, '0')}`,
    ),
    multicast: [],
    unfitEntries: 0,
    vlans: Array.from({ length: vlans }, (_, index) => index + 1),
    dropsVlansOnLoad: false,
  };
  const primaryMac = MacAddress.of(PRIMARY_MAC);
  const nics = [{ id: 'nic0', primaryMac, model: 'virtio-net', state, learned: [] }];
  return { format: SNAPSHOT_FORMAT, guest, host: 'source', epoch: 0, nics };
};

/** One round, room for 4096 stations, the quickest pace there is, and nothing sent but announcements. */
export const benchPolicy: HeraldPlugin = {
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
        pacing: { framesPerSecond: 10_000_000, burst: 1024 },
      },
    }),
};

/** The clock of the reports and of the loop beside them, so that both are read off one scale. Else as the host's own. */
export const benchClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    if (delayMs <= 0) {
      const soon = setImmediate(run);
      return () => clearImmediate(soon);
    }
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Stands in for QEMU: one guest that waits for its migration on the tap. */
export const scriptedGuest = (instance: string): Guest => ({
  instance,
  identity,
  hypervisor: { name: 'bench', version: '0' },
  // None is here: the agent would arm the kernel, and wait for a frame that does not come.
  selfAnnouncement: async () => 'nothing',
  nics: async () => [
    {
      id: 'nic0',
      type: 'virtio-net-pci',
      primaryMac: MacAddress.of(PRIMARY_MAC),
      port: { kind: 'tap', name: TAP },
    },
  ],
  inspect: (nic) => {
    const refused = async (): Promise<never> => {
      throw new Error('no device');
    };
    return {
      nic,
      hypervisor: { name: 'bench', version: '0' },
      receiveFilter: refused,
      regions: refused,
      readWords: refused,
      property: refused,
    };
  },
});

/** The next fact of this kind. */
export const next = <E extends MigrationEventName>(
  bus: MigrationEventBus,
  event: E,
): Promise<MigrationEvents[E]> =>
  new Promise((resolve) => {
    const stop = bus.on(event, (fact) => {
      stop();
      resolve(fact);
    });
  });

/** The descriptor of the socket that the sink sends through, seen as it sends. */
const watchSocket = (): { fd: number } => {
  const seen = { fd: -1 };
  const { prototype } = SendBatch as unknown as {
    prototype: { send: (this: { socket: { fd: number } }, first?: number, count?: number) => unknown };
  };
  const { send } = prototype;
  prototype.send = function (this: { socket: { fd: number } }, first?: number, count?: number) {
    seen.fd = this.socket.fd;
    prototype.send = send; // only the first one is watched: nothing is measured with this in the way
    return send.call(this, first, count);
  };
  return seen;
};

/** What it takes to hand over the frames of so many stations, us. */
export interface TriggerCost {
  readonly stations: number;
  /** From the resume event on the bus until the first frame, the primary's, is about to be handed over. */
  readonly first: Sample;
  /** From the event until the sink has handed over the last frame. */
  readonly ours: Sample;
  readonly bare: Sample;
  readonly ratio: Sample;
}

/**
 * Microseconds from the report that a guest resumed until the sink has handed over the frames, beside a bare loop over
 * sendmmsg with the same frames, prebuilt, on the same socket; alternated, in one process. The pace does not bind:
 * the primary's frame leaves within the event, the others at the end of that turn, 1024 in each turn.
 */
export const benchTrigger = async (): Promise<readonly TriggerCost[]> => {
  layCables();
  const holder = new BareQemu(TAP, ['-S']);
  await holder.ready();
  const handoff = new MemoryHandoff();
  const stage: HeraldPlugin = {
    name: 'bench-stage',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => {
      registrar.contribute(HANDOFF_STORE, { value: handoff });
      registrar.provide(CLOCK, { value: benchClock });
    },
  };
  const monitor = new PlayedMonitor();
  const plugins = [virtioNet(), linuxSink(), benchPolicy, stage, monitor.plugin];
  const host = await composeHost(plugins, { name: 'bench' });
  const { bus } = host;
  const results: TriggerCost[] = [];
  try {
    for (const { stations, macs, vlans } of SHAPES) {
      await handoff.publish(handedOver(macs, vlans));
      const first: number[] = [];
      const ours: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const guest = scriptedGuest(`bench-${stations}-${round}`);
        const armed = next(bus, 'announce:armed');
        monitor.intake.appeared({ guest, phase: 'incoming' });
        const { frames } = await armed;
        if (frames !== stations) throw new Error(`planned ${frames} frames instead of ${stations}`);
        const socket = watchSocket();
        const [sent, finished] = [next(bus, 'announce:round-finished'), next(bus, 'announce:finished')];
        const since = benchClock.now();
        monitor.intake.resumed({ guest, resumedAt: since, readAt: since });
        await sent;
        const loop = prebuiltLoop(socket.fd, stations);
        await new Promise((resolve) => setTimeout(resolve, 5));
        const bareSince = benchClock.now();
        loop();
        const bareDone = benchClock.now();
        const { firstFrameAt = Number.NaN, lastFrameAt = Number.NaN } = (await finished).report;
        monitor.intake.gone({ guest });
        await handoff.remove(handedOver(1, 0).guest, 'bench');
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (round === 0) continue; // the first warms up
        first.push((firstFrameAt - since) * 1000);
        ours.push((lastFrameAt - since) * 1000);
        bare.push((bareDone - bareSince) * 1000);
      }
      results.push({ stations, first, ours, bare, ratio: ours.map((us, index) => (bare[index] ?? 0) / us) });
    }
  } finally {
    await host.close();
    await holder.stop();
  }
  return results;
};
