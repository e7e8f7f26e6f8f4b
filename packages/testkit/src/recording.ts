import { readdirSync, readFileSync } from 'node:fs';
import { HeraldError, type Station, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { parseRecordedSession, type RecordedSession } from './recorded-session.js';

/** What was true of the guest, found by probing it. For guests and probes only: an agent never sees it. */
export interface RecordedTruth {
  /** Version of the QEMU it was recorded on: `7.2.22`. */
  readonly qemu: string;
  /** All stations the guest answered to, its primary first. */
  readonly stations: readonly Station[];
  /** How many of them QEMU alone left dark for good. */
  readonly darkWithQemuAlone: number;
}

/** One real migration: what was said to both QEMUs, and what was true. */
export interface Recording {
  readonly name: string;
  readonly source: RecordedSession;
  readonly destination: RecordedSession;
  readonly truth: RecordedTruth;
}

interface TruthFile {
  readonly qemu: string;
  readonly flows: readonly { readonly mac: string; readonly vlan: number }[];
  readonly qemu_alone: { readonly blackholed: number };
}

const FOLDER = new URL('../recordings/', import.meta.url);

/** The recordings that come with this package, in alphabetical order: `e1000-macvlan`, ... */
export const recordingNames = (): readonly string[] => readdirSync(FOLDER).sort();

/** Reads one of the recordings; HERALD_RECORDING_UNKNOWN for a name that is not in `recordingNames()`. */
export const loadRecording = (name: string): Recording => {
  const names = recordingNames();
  if (!names.includes(name)) {
    throw new HeraldError('HERALD_RECORDING_UNKNOWN', `no recording ${name}; there are ${names.join(', ')}`);
  }
  const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, FOLDER), 'utf8');
  const truth = JSON.parse(read('truth.json')) as TruthFile;
  return {
    name,
    source: parseRecordedSession(read('source.qmp.jsonl')),
    destination: parseRecordedSession(read('destination.qmp.jsonl')),
    truth: {
      qemu: truth.qemu,
      stations: truth.flows.map(({ mac, vlan }) => stationOf(MacAddress.of(mac), VlanId.parse(vlan))),
      darkWithQemuAlone: truth.qemu_alone.blackholed,
    },
  };
};
