import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { MacAddress, type VlanId } from '@nic-herald/wire';
import { stationKey } from '../lab/station.js';
import { waitUntil } from '../lab/wait-until.js';
import { migrate } from '../staged/guest-scenes.js';
import { entryOf } from '../staged/handoff-files.js';
import { heardSince, missingFaults, silenceFaults } from '../staged/heard-frames.js';
import type { PlayedGuest } from '../staged/played-guest.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import { gratuitousArp } from '../staged/spoken-frames.js';
import { type Fabric, fabrics } from './fabrics.js';
import type { KernelCase } from './kernel-case.js';
import type { KernelHost, KernelStage } from './kernel-stage.js';

/** A MAC behind a guest's card that no frame may be sent for, since the switch would drop it. */
interface Dropped {
  readonly mac: MacAddress;
  readonly tap: string;
  readonly inside: VlanId | undefined;
}

/** A MAC behind a guest's card, which only its frames tell of. */
interface Behind extends Dropped {
  readonly onWire: VlanId;
}

/** A guest that arrives on a machine without hardware virtualization is armed for within this time, ms. */
const armedMs = 60_000;

/** All rounds of an announcement are over after this on an emulated processor too. */
const roundsMs = 3000;
const handOffMs = 30_000;
const reportMs = 30_000;

/** A guest with a card at each port of a fabric moves from A to B. */
function fabricCase(fabric: Fabric): KernelCase {
  return {
    name: fabric.name,
    summary: `${fabric.summary}: learned, and announced in the right VLAN`,
    run: async (stage) => {
      const [, agentB] = await Promise.all([stage.agent('A'), stage.agent('B'), wire(stage, fabric)]);
      const guest = guestOf(fabric);
      const behind = behindOf(fabric);
      const dropped = droppedOf(fabric);
      const source = await stage.qemu('A', guest);
      await learned(stage, `uuid:${guest.uuid}`, source, [...behind, ...dropped]);
      const destination = await stage.qemu('B', guest, { incoming: true });
      // The MAC of a card is untagged, which not every port carries.
      await agentB.armed(behind.length + behind.filter(({ inside }) => inside === undefined).length, armedMs);
      const uplink = await stage.leaving('B', fabric.uplink);
      const began = Date.now();
      const resumedAt = await migrate(source, destination);
      await sleep(roundsMs);
      const heard = await heardSince(uplink, began);
      const report = await agentB.report(({ guest: { uuid } }) => uuid === guest.uuid, reportMs);
      const faults = [
        ...silenceFaults(
          heard.filter(({ atMs }) => atMs < resumedAt),
          'B before RESUME',
        ),
        ...missingFaults(
          heard,
          behind.map(({ mac, onWire }) => stationKey(mac, onWire)),
          "B's uplink",
        ),
        ...(fabric.isTold ? [] : await misplaced(stage, fabric, 'B', behind, ({ tap }) => tap)),
        ...(await misplaced(stage, fabric, 'A', behind, () => fabric.uplink)),
        ...dropped.flatMap((each) => sentFaults(report, each)),
      ];
      await Promise.all([source.quits(), destination.quits()]);
      return { faults, notes: [`heard: ${[...new Set(heard.map(({ station }) => station))].join(', ')}`] };
    },
  };
}

/** Makes taps, the cable and the fabric. */
async function wire(stage: KernelStage, fabric: Fabric): Promise<void> {
  await stage.cable(fabric.uplink);
  for (const host of ['A', 'B'] as const) {
    const taps = [...new Set(fabric.ports.map(({ tap }) => tap))];
    await stage.ip(host, ...taps.flatMap((tap) => [`tuntap add ${tap} mode tap`, `link set ${tap} up`]));
    await fabric.build(stage, host);
  }
}

/** The guest speaks until A has handed over each station as the guest has it: tagged or not. */
async function learned(
  stage: KernelStage,
  guest: string,
  source: PlayedQemu,
  behind: readonly Dropped[],
): Promise<void> {
  const wanted = behind.map(({ mac, inside }) => stationKey(mac, inside));
  const what = `A to hand over ${wanted.join(', ')}`;
  await waitUntil(what, { timeoutMs: handOffMs, everyMs: 2000 }, async () => {
    const entry = await entryOf(stage, guest, 'A');
    const stations = (entry?.nics ?? []).flatMap((nic) => nic.learned.map(({ station }) => station));
    const keys = new Set(stations.map(({ mac, vlan }) => stationKey(mac, vlan)));
    if (wanted.every((key) => keys.has(key))) return true;
    for (const { mac, tap, inside } of behind)
      await source.speaks([gratuitousArp(mac, '192.0.2.8', inside)], tap);
    await source.filterChanged();
    return undefined;
  });
}

/** Each MAC that a host's switch does not have at the port where it must be. */
async function misplaced(
  stage: KernelStage,
  fabric: Fabric,
  host: KernelHost,
  behind: readonly Behind[],
  portOf: (each: Behind) => string,
): Promise<string[]> {
  const entries = await fabric.entries(stage, host);
  return behind.flatMap((each) => {
    const { mac, onWire } = each;
    const ports = entries
      .filter((entry) => entry.mac === mac && entry.vlan === onWire)
      .map(({ port }) => port);
    // A bridge over an 802.1Q interface names that one.
    if (ports.some((port) => port === portOf(each) || port === `${portOf(each)}.${onWire}`)) return [];
    return [
      `${host}'s switch has ${stationKey(mac, onWire)} at ${ports.join(', ') || 'no port'}, not at ${portOf(each)}`,
    ];
  });
}

/** Where the report does not say that the switch would drop it: all it says of that MAC. */
function sentFaults({ nics }: MigrationReport, { mac, tap, inside }: Dropped): string[] {
  const nic = nics.find(({ port }) => port === tap);
  const said = nic?.refused.find((each) => each.mac === mac && each.vlan === inside);
  const isSent = nic?.announced.some(({ station }) => station.mac === mac && station.vlan === inside);
  if (said?.reason === 'port-vlan' && isSent !== true) return [];
  return [
    `${stationKey(mac, inside)} at ${tap}: ${isSent ? 'announced' : JSON.stringify(said ?? 'no word of it')}`,
  ];
}

function guestOf(fabric: Fabric): PlayedGuest {
  const number = numberOf(fabric);
  const taps = [...new Set(fabric.ports.map(({ tap }) => tap))];
  return {
    uuid: `6b1d1c9e-0000-4000-8000-00000000020${number}`,
    name: `wired-${number}`,
    nics: taps.map((tap, index) => ({
      ...{ id: `nic${index}`, mac: MacAddress.of(`52:54:00:f${number}:00:0${index}`), tap },
      filter: { unicast: [] },
    })),
  };
}

const behindOf = (fabric: Fabric): readonly Behind[] =>
  fabric.ports.map((port, index) => ({
    ...port,
    mac: MacAddress.of(`52:54:00:f${numberOf(fabric)}:01:0${index}`),
  }));

const droppedOf = ({ dropped = [], ...fabric }: Fabric): readonly Dropped[] =>
  dropped.map((each, index) => ({
    ...each,
    mac: MacAddress.of(`52:54:00:f${numberOf(fabric)}:02:0${index}`),
  }));

/** Of a fabric, from 1 on. */
const numberOf = ({ name }: Pick<Fabric, 'name'>): number =>
  fabrics.findIndex((fabric) => fabric.name === name) + 1;

export const fabricCases: readonly KernelCase[] = fabrics.map(fabricCase);
