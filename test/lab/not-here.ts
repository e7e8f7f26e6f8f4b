import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '@nic-herald/core';
import { addressClaimOf } from './address-claim.js';
import type { AgentProcess } from './agent-process.js';
import type { ArrivalWatch } from './guest-move.js';
import { snapshotTexts } from './handed-over.js';
import type { LabRig } from './lab-rig.js';
import { sourceOfFrame } from './probe-frame.js';
import { type Station, stationKey } from './station.js';
import { captureDelayMs } from './tap-receiver.js';

/** What no agent of a host may say: it belongs to a guest, or to an earlier life of one, that is not there. */
export interface NotHere {
  /** What watches that host. */
  readonly watch: ArrivalWatch;
  readonly stations: readonly Station[];
  /** Stations whose IP addresses are not there either. */
  readonly addressesOf: readonly Station[];
  /** Whose they are: 'the original'. */
  readonly whose: string;
}

/** From a moment, which `when` names, until another. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly when: string;
}

/** Everything of {@link NotHere} that frames out of the host's uplink claimed in that time, each once. */
export async function claimsOfAbsent(
  { watch, stations, addressesOf, whose }: NotHere,
  span: Span,
): Promise<string[]> {
  await sleep(Math.max(0, span.untilMs + captureDelayMs - Date.now()));
  const names = new Map(stations.map((each) => [stationKey(each.mac, each.vlan), each.name]));
  const owners = new Map<string, string>(addressesOf.map(({ address, name }) => [address, name]));
  const first = new Map<string, number>();
  for (const { atMs, bytes } of await watch.uplink.frames()) {
    if (atMs < span.fromMs || atMs > span.untilMs) continue;
    const key = sourceOfFrame(bytes) ?? '';
    const address = addressClaimOf(bytes)?.address ?? '';
    const said = [
      ...(names.has(key) ? [`${names.get(key)} (${key})`] : []),
      ...(owners.has(address) ? [`the address ${address} (${owners.get(address)})`] : []),
    ];
    for (const each of said) if (!first.has(each)) first.set(each, atMs);
  }
  return [...first].map(([what, atMs]) => {
    const after = ((atMs - span.fromMs) / 1000).toFixed(1);
    return `${watch.host} announced ${what} of ${whose}, ${after} s after ${span.when}`;
  });
}

/** What the reports of an agent say that it announced of {@link NotHere}. */
export async function reportedAbsent(
  agent: AgentProcess,
  { watch, stations, addressesOf, whose }: NotHere,
): Promise<string[]> {
  const keys = new Set(stations.map(({ mac, vlan }) => stationKey(mac, vlan)));
  const addresses = new Set<string>(addressesOf.map(({ address }) => address));
  return (await agent.reports()).flatMap(({ cause, nics }) => {
    const announced = nics.flatMap((nic) => [...nic.announced, ...nic.added]);
    const said = announced.flatMap(({ station, address }) => {
      const key = stationKey(station.mac, station.vlan);
      return [...(keys.has(key) ? [key] : []), ...(addresses.has(address ?? '') ? [address] : [])];
    });
    const all = [...new Set(said)].join(', ');
    return all === '' ? [] : [`a report on ${watch.host} (cause ${cause}) announces of ${whose}: ${all}`];
  });
}

/** What the host hands over as seen there though it is of {@link NotHere}: the next migration would announce it. */
export async function handedOverAbsent(
  rig: LabRig,
  { watch, stations, addressesOf, whose }: NotHere,
): Promise<string[]> {
  const keys = new Set(stations.map(({ mac, vlan }) => stationKey(mac, vlan)));
  const addresses = new Set<string>(addressesOf.map(({ address }) => address));
  const snapshots = (await snapshotTexts(rig, watch.host)).map((text) => JSON.parse(text) as Snapshot);
  const said = snapshots
    .flatMap(({ nics }) => nics.flatMap(({ learned }) => learned))
    .flatMap(({ station, addresses: proved = [] }) => [
      stationKey(station.mac, station.vlan),
      ...proved.map(({ address }): string => address),
    ])
    .filter((each) => keys.has(each) || addresses.has(each));
  const all = [...new Set(said)].join(', ');
  return all === '' ? [] : [`${watch.host} hands over of ${whose}: ${all}`];
}
