import {
  ANNOUNCE_HANDLER,
  type Guest,
  guestIdentity,
  guestKeyOf,
  type HeraldPlugin,
  type MigrationReport,
  NIC_MODEL,
  parseSnapshot,
  stationKey,
} from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import {
  Fabric,
  FabricSink,
  FakeClock,
  fabricPlugin,
  fakeDevice,
  MemoryHandoff,
  type NicModelContractOptions,
  PlayedMonitor,
} from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { brokenModels } from './broken-models/broken-models.js';
import { type SampleState, soundModel } from './broken-models/sample-model.js';

const STATE: SampleState = { macs: ['52:54:00:00:00:02'], vlans: [10] };

/** A guest with one card of a type, at a tap of its number. */
const guestWith = (type: string, number: number): Guest => {
  const primaryMac = `52:54:00:00:0${number}:01`;
  const device = fakeDevice({ type, primaryMac, receiveFilter: STATE });
  const nic = { ...device.nic, port: { kind: 'tap', name: `tap${number}` } };
  return {
    instance: `qemu-${number}`,
    identity: guestIdentity({ name: `guest-${number}` }),
    hypervisor: device.hypervisor,
    nics: async () => [nic],
    inspect: () => device,
  };
};

const pluginOf = (
  name: string,
  type: string,
  { model, handler }: NicModelContractOptions<SampleState>,
): HeraldPlugin => ({
  name,
  contract: 2,
  install: (registrar) => {
    registrar.contribute(NIC_MODEL, { factory: () => renamed(model(), name, type) });
    if (handler !== undefined)
      registrar.contribute(ANNOUNCE_HANDLER, { value: { ...handler(), model: name } });
  },
});

/** The same model under another name for another type of card; what is broken stays so. */
const renamed = (model: ReturnType<typeof soundModel.model>, name: string, type: string) => ({
  ...model,
  name,
  matches: (nic: Parameters<typeof model.matches>[0]) =>
    model.matches({ ...nic, type: nic.type === type ? 'sample-nic' : nic.type }),
});

const handedOver = (guest: Guest, model: string, number: number) => {
  const snapshot = parseSnapshot({
    format: 1,
    guest: guestKeyOf(guest.identity),
    host: 'A',
    epoch: 3,
    nics: [
      {
        id: 'nic0',
        primaryMac: `52:54:00:00:0${number}:01`,
        model,
        state: STATE,
        learned: [{ station: { mac: `52:54:00:00:0${number}:99`, vlan: 20 }, ageMs: 10 }],
      },
    ],
  });
  if (snapshot instanceof Error) throw snapshot;
  return snapshot;
};

/** Two guests arrive at one host, the second with a card of the model under test. What was announced of each. */
const arriveBeside = async (
  options: NicModelContractOptions<SampleState>,
): Promise<readonly MigrationReport[]> => {
  const clock = new FakeClock();
  const fabricHost = new Fabric(clock).addHost('B');
  for (const name of ['tap1', 'tap2']) fabricHost.addGuestPort(name);
  const handoff = new MemoryHandoff();
  const monitor = new PlayedMonitor();
  const host = await composeHost(
    [
      monitor.plugin,
      fabricPlugin({ clock, sink: new FabricSink(fabricHost, clock), handoff }),
      pluginOf('sound', 'sound-nic', soundModel),
      pluginOf('tried', 'tried-nic', options),
    ],
    { name: 'B' },
  );
  const reports: MigrationReport[] = [];
  host.bus.on('announce:finished', ({ report }) => reports.push(report));
  const guests = [guestWith('sound-nic', 1), guestWith('tried-nic', 2)];
  for (const [index, guest] of guests.entries()) {
    await handoff.publish(handedOver(guest, ['sound', 'tried'][index] ?? '', index + 1));
    monitor.intake.appeared({ guest, phase: 'incoming' });
  }
  await clock.settle();
  for (const guest of guests) {
    monitor.intake.resumed({ guest, resumedAt: clock.now(), readAt: clock.now() });
  }
  await clock.advance(10_000);
  await host.close();
  return guests.map((guest) => {
    const report = reports.find(({ guest: { name } }) => name === guest.identity.name);
    return report ?? expect.unreachable(`nothing was reported of ${guest.identity.name}`);
  });
};

const stationsOf = (report: MigrationReport | undefined): readonly string[] =>
  (report?.nics ?? []).flatMap(({ announced, added }) =>
    [...announced, ...added].map(({ station }) => stationKey(station)),
  );

describe('a bad model costs its own guests what they had beyond primary and learned stations, and other guests nothing', () => {
  it.each([
    ['nothing is wrong', soundModel, ''] as const,
    ...brokenModels.map(({ broken, contract, fails }) => [broken, contract, fails] as const),
  ])('where %s', async (_, options, fails) => {
    const [beside, own] = await arriveBeside(options);
    expect(beside?.outcome).toBe('announced');
    expect(stationsOf(beside)).toEqual([
      '52:54:00:00:01:01',
      '52:54:00:00:01:99/20',
      '52:54:00:00:00:02',
      '52:54:00:00:00:02/10',
      '52:54:00:00:01:01/10',
    ]);
    expect(own?.outcome).toBe('announced');
    const announced = stationsOf(own);
    expect(announced[0]).toBe('52:54:00:00:02:01');
    // A handler may leave out what it likes but the primary.
    if (!fails.includes('handler')) expect(announced).toContain('52:54:00:00:02:99/20');
    for (const key of announced)
      expect(MacAddress.isStationAddress(MacAddress.of(key.slice(0, 17)))).toBe(true);
  });
});
