import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence, MigrationReport } from '@nic-herald/core';
import type { LabRig } from './lab-rig.js';
import type { Measurement } from './measurement.js';
import type { HostName } from './namespaces.js';
import { stationOfArpReply } from './probe-frame.js';
import { isStray, type Station, stationKey } from './station.js';
import { captureDelayMs } from './tap-receiver.js';

/** Stations that are still dark, as faults. */
export function darkStations(measurement: Measurement, label = ''): string[] {
  const dark = measurement.returns.filter(({ afterMs }) => afterMs === undefined);
  return dark.map(
    ({ station }) => `${label}dark: ${station.name} (${stationKey(station.mac, station.vlan)})`,
  );
}

/** What a report of an ordinary migration must say; `byAgent`: nothing leaves in the kernel at such ports. */
export function reportFaults(
  report: MigrationReport,
  stations: readonly Station[],
  { byAgent = process.env['HERALD_LAB_SENDER'] === 'agent' } = {},
): string[] {
  const faults: string[] = [];
  if (report.outcome !== 'announced') faults.push(`the report says ${report.outcome}, not announced`);
  if (report.cause !== 'migration') faults.push(`the report's cause is ${report.cause}, not migration`);
  const { resumedAt, firstFrameAt, lastFrameAt } = report;
  if (resumedAt === undefined || firstFrameAt === undefined || lastFrameAt === undefined) {
    faults.push('the report lacks the times of RESUME, first and last frame');
  } else if (firstFrameAt < resumedAt) {
    faults.push(`the report has its first frame ${(resumedAt - firstFrameAt).toFixed(3)} ms before RESUME`);
  }
  const keys = announcedStations(report);
  for (const station of stations) {
    const key = stationKey(station.mac, station.vlan);
    if (!keys.has(key)) faults.push(`the report does not name ${key}`);
  }
  for (const { nic, sink, firedBy, unarmed } of report.nics) {
    const isMeant = firedBy === 'kernel' || byAgent;
    if (sink === undefined || firedBy === undefined || isMeant) continue;
    const why = unarmed === undefined ? 'nothing set it off in time' : `${unarmed.message} (${unarmed.code})`;
    faults.push(`${nic} was announced by the agent, not by the kernel: ${why}`);
  }
  return faults;
}

/** What the report says was announced: the key of each station, its evidence. */
export function announcedStations(report: MigrationReport): Map<string, Evidence> {
  const announced = report.nics.flatMap((nic) => [...nic.announced, ...nic.added]);
  return new Map(announced.map(({ station, evidence }) => [stationKey(station.mac, station.vlan), evidence]));
}

/** Secondary MACs that were announced where the guest does not use them. */
export function strayAnnouncements(report: MigrationReport, stations: readonly Station[]): string[] {
  return [...announcedStations(report).keys()].filter((key) => isStray(key, stations));
}

/** Stations whose own ARP reply, tag included, never left the guest on `host`. */
export async function unansweredStations(
  rig: LabRig,
  host: HostName,
  stations: readonly Station[],
): Promise<string[]> {
  const receivers = await Promise.all(rig.taps.map((tap) => rig.capture(host, tap, 'in')));
  let silent = stations;
  for (let attempt = 0; attempt < 6 && silent.length > 0; attempt++) {
    rig.prober.askAddresses(silent);
    await sleep(500 + captureDelayMs);
    const frames = (await Promise.all(receivers.map((receiver) => receiver.frames()))).flat();
    const replies = new Set(frames.map(({ bytes }) => stationOfArpReply(bytes)));
    silent = silent.filter((station) => !replies.has(stationKey(station.mac, station.vlan)));
  }
  return silent.map((station) => `the guest does not answer ARP at ${station.name}`);
}
