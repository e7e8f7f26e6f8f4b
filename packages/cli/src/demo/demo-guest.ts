import { type Evidence, type HeraldError, type Station, stationKey } from '@nic-herald/core';
import type { Recording } from '@nic-herald/testkit';
import type { PlayedMigration } from './migrate-recording.js';

/** One migration of a guest, as the peer on the network saw it. */
export interface DemoSide {
  /** For each station, ms from RESUME until it was reached; `undefined` where it stayed dark (null in JSON). */
  readonly backAfterMs: readonly (number | undefined)[];
  readonly dark: number;
  /** When the last station was back, ms after RESUME; `undefined` where one or more stayed dark. */
  readonly lastBackMs: number | undefined;
  /** When announcements came to the peer, ms after RESUME, each moment once. */
  readonly announcedAtMs: readonly number[];
}

/** What nic-herald warned of. */
export interface DemoNote {
  /** A short name: `vlan-table-lost`. */
  readonly reason: string;
  readonly meaning: string;
}

/** One guest of the demo; JSON as it stands. */
export interface DemoGuest {
  readonly guest: string;
  /** Version of the QEMU it was recorded on. */
  readonly qemu: string;
  /** The model that read its card; `primary-mac` where none could. */
  readonly model: string;
  readonly stations: readonly (Station & { readonly evidence: Evidence | 'unknown' })[];
  readonly qemuAlone: DemoSide;
  readonly nicHerald: DemoSide;
  /**
   * Stations that stayed dark with nic-herald where the guest kept quiet since the agents began: its card does
   * not list them. Above 0, `nicHerald` is a second migration, before which it spoke once on each station.
   */
  readonly darkIfQuiet: number;
  /** Each reason once. */
  readonly notes: readonly DemoNote[];
}

/**
 * Puts the migrations of one guest beside each other: with QEMU alone, with nic-herald and a quiet guest, and, where
 * that left stations dark, with one that spoke.
 */
export const demoGuest = (
  { name, truth }: Recording,
  alone: PlayedMigration,
  quiet: PlayedMigration,
  spoken?: PlayedMigration,
): DemoGuest => {
  const herald = spoken ?? quiet;
  const nics = herald.reports.flatMap((report) => report.nics);
  const evidence = new Map(
    nics
      .flatMap(({ announced, added }) => [...announced, ...added])
      .map((announcement) => [stationKey(announcement.station), announcement.evidence]),
  );
  const warned = [...herald.warnings.map(noteOf), ...nics.flatMap(({ incomplete }) => incomplete)];
  return {
    guest: name,
    qemu: truth.qemu,
    model: nics[0]?.model ?? 'none',
    stations: truth.stations.map((station) => ({
      ...station,
      evidence: evidence.get(stationKey(station)) ?? 'unknown',
    })),
    qemuAlone: demoSide(alone),
    nicHerald: demoSide(herald),
    darkIfQuiet: darkOf(quiet),
    notes: [...new Map(warned.map(({ reason, meaning }) => [reason, { reason, meaning }])).values()],
  };
};

/** A warning about one of the reasons of a NIC's filter names NIC and reason before what it means. */
const noteOf = ({ code, details: { nic, reason }, message }: HeraldError): DemoNote =>
  typeof reason === 'string'
    ? { reason, meaning: message.replace(`${nic}: ${reason}: `, '') }
    : { reason: code, meaning: message };

/** How many stations the peer did not reach. */
export const darkOf = ({ stations }: PlayedMigration): number =>
  stations.filter(({ backAfterMs }) => backAfterMs === undefined).length;

const demoSide = (played: PlayedMigration): DemoSide => {
  const { stations, heard } = played;
  const backAfterMs = stations.map((station) => station.backAfterMs);
  const times = backAfterMs.filter((ms) => ms !== undefined);
  const dark = darkOf(played);
  return {
    backAfterMs,
    dark,
    lastBackMs: dark > 0 ? undefined : Math.max(...times),
    announcedAtMs: [...new Set(heard.map(({ afterMs }) => Math.round(afterMs)))],
  };
};
