import type { Guest, MigrationReport, Station } from '@nic-herald/core';
import { natsHandoff } from '@nic-herald/handoff-nats';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import {
  type BridgePort,
  Fabric,
  FabricGuest,
  FabricLearner,
  FabricSink,
  fabricPlugin,
  PlayedMonitor,
} from '@nic-herald/testkit';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { NatsServer, noServer } from '../../packages/handoff-nats/test/nats-server.js';
import { realClock as clock } from '../conformance/real-clock.js';

const missing = noServer();
const POLL = { timeout: 10_000, interval: 20 };
const MAC = MacAddress.of('52:54:00:00:00:01');
const STATIONS: readonly Station[] = [
  { mac: MAC },
  ...Array.from({ length: 8 }, (_, at) => ({
    mac: MacAddress.of(`52:54:00:00:01:0${at}`),
    vlan: VlanId.of(10 + at),
  })),
];

const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close();
});
const closeLater = <T extends { close(): Promise<unknown> }>(it: T): T => {
  closing.push(it);
  return it;
};

/** A host with the hand-off of a real server, and all else of the fabric. */
class HostOnFabric {
  readonly warnings: string[] = [];
  readonly reports: MigrationReport[] = [];
  readonly guest: Guest;

  private constructor(
    readonly host: ComposedHost,
    readonly monitor: PlayedMonitor,
    readonly port: BridgePort,
  ) {
    host.bus.on('warning', ({ warning }) => this.warnings.push(warning.code));
    host.bus.on('announce:finished', ({ report }) => this.reports.push(report));
    this.guest = {
      identity: { name: 'web' },
      instance: host.name,
      hypervisor: { name: 'fabric', version: '1' },
      nics: async () => [
        { id: 'nic0', type: 'fabric-card', primaryMac: MAC, port: { kind: 'tap', name: port.name } },
      ],
      inspect: () => {
        throw new Error('no model looks at this card');
      },
    };
  }

  static async open(fabric: Fabric, name: string, server: NatsServer): Promise<HostOnFabric> {
    const at = fabric.addHost(name);
    const monitor = new PlayedMonitor();
    const plugins = [
      fabricPlugin({ clock, sink: new FabricSink(at, clock), learner: new FabricLearner(at, clock) }),
      natsHandoff({ servers: [server.url], create: true }),
      monitor.plugin,
    ];
    const port = at.addGuestPort(`tap${name}`);
    return new HostOnFabric(closeLater(await composeHost(plugins, { name })), monitor, port);
  }
}

/** Two hosts, and a guest that runs on the first and has spoken there on all its stations. */
const bench = async (server: NatsServer) => {
  const fabric = new Fabric(clock);
  const from = await HostOnFabric.open(fabric, 'a', server);
  const to = await HostOnFabric.open(fabric, 'b', server);
  from.monitor.intake.appeared({ guest: from.guest, phase: 'running' });
  const life = new FabricGuest(clock, { primaryMac: MAC, stations: STATIONS });
  const speaking = setInterval(() => life.speak(from.port), 50);
  closing.push({ close: async () => clearInterval(speaking) });
  return {
    from,
    to,
    /** How many stations a host would announce. */
    planned: async ({ host, guest }: HostOnFabric) =>
      (await host.inspect(guest)).nics[0]?.plan.announcements.length,
    /** Where each station is by the switch between the hosts. */
    places: () => STATIONS.map(({ mac, vlan }) => fabric.switch.lookup(mac, vlan)),
    leave: async () => {
      from.monitor.intake.outgoing({ guest: from.guest });
      to.monitor.intake.appeared({ guest: to.guest, phase: 'incoming' });
      clearInterval(speaking);
    },
    arrive: () => {
      from.monitor.intake.stopped({ guest: from.guest });
      const at = clock.now();
      to.monitor.intake.resumed({ guest: to.guest, resumedAt: at, readAt: at });
      from.monitor.intake.left({ guest: from.guest });
    },
  };
};
const all = (host: string) => STATIONS.map(() => host);

describe.skipIf(missing !== undefined)(
  `a guest that moves with its hand-off over NATS (${missing ?? 'nats-server'})`,
  () => {
    it('is announced with all its stations, and its destination has the entry then', async () => {
      const { from, to, planned, places, leave, arrive } = await bench(
        closeLater(await NatsServer.started()),
      );
      await expect.poll(() => planned(from), POLL).toBe(STATIONS.length);
      await leave();
      await expect.poll(() => planned(to), POLL).toBe(STATIONS.length);
      expect(places()).toEqual(all('a'));
      arrive();
      await expect.poll(places, POLL).toEqual(all('b'));
      await expect
        .poll(() => to.reports.map(({ outcome, epoch }) => [outcome, epoch]), POLL)
        .toEqual([['announced', 1]]);
      await expect
        .poll(async () => (await to.host.inspect(to.guest)).snapshots, POLL)
        .toEqual([{ host: 'b', epoch: 1 }]);
      expect([...from.warnings, ...to.warnings]).toEqual([]);
    });

    it('is announced with all its stations though the server goes as it leaves', async () => {
      const server = closeLater(await NatsServer.started());
      const { from, to, planned, places, leave, arrive } = await bench(server);
      await expect.poll(() => planned(from), POLL).toBe(STATIONS.length);
      await leave();
      await expect.poll(() => planned(to), POLL).toBe(STATIONS.length);
      await server.stop('SIGKILL');
      arrive();
      await expect.poll(places, POLL).toEqual(all('b'));
      await expect.poll(() => to.warnings, POLL).toContain('HERALD_HANDOFF_DISCONNECTED');
    });

    it('is announced as far as its card tells where no server was ever there, and the report says so', async () => {
      const server = closeLater(await NatsServer.prepare());
      const { to, places, leave, arrive } = await bench(server);
      await leave();
      await expect.poll(() => to.warnings, POLL).toContain('HERALD_HANDOFF_DISCONNECTED');
      arrive();
      await expect.poll(() => places()[0], POLL).toBe('b');
      await expect.poll(() => to.reports.length, POLL).toBe(1);
      expect(to.reports[0]?.warnings.map(({ code }) => code)).toContain('HERALD_HANDOFF_DISCONNECTED');
    });
  },
);
