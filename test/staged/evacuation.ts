import { plainEntry, writeEntry } from './handoff-files.js';
import type { PlayedGuest } from './played-guest.js';
import type { PlayedQemu } from './played-qemu.js';
import type { StagedRig } from './staged-rig.js';

const guestCount = 20;
/** Of each guest: the card's own, and those that the source handed over as learned. */
export const stationsPerGuest = 1001;

/** A guest of an evacuated host. */
export interface Evacuee {
  readonly guest: PlayedGuest;
  /** The card's own MAC first. */
  readonly stations: readonly string[];
}

/** The guests that wait on the destination. */
export const evacuees: readonly Evacuee[] = Array.from({ length: guestCount }, (_, index) => {
  const stations = Array.from({ length: stationsPerGuest }, (_station, number) => macOf(index, number));
  const [mac = ''] = stations;
  const nic = { id: 'nic0', mac, tap: `tap${index}`, filter: { unicast: [] } };
  return { guest: { uuid: uuidOf(index), name: `evacuee-${index}`, nics: [nic] }, stations };
});

/** Writes what the source knew of each guest. */
export async function writeSourceEntries(rig: StagedRig): Promise<void> {
  for (const { guest, stations } of evacuees) {
    const [primaryMac = '', ...learned] = stations;
    await writeEntry(rig, plainEntry({ guest: `uuid:${guest.uuid}`, primaryMac, learned }));
  }
}

/** Writes entries of other guests, elsewhere: so many that it takes a while to list them. */
export async function writeOtherEntries(rig: StagedRig, count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, index) =>
    plainEntry({ guest: `uuid:${uuidOf(0x10000 + index)}`, host: 'X', primaryMac: macOf(0x80, index) }),
  );
  for (let first = 0; first < count; first += 50) {
    await Promise.all(entries.slice(first, first + 50).map((entry) => writeEntry(rig, entry)));
  }
}

/** Starts the QEMUs that wait for the guests on B. */
export function startDestinations(rig: StagedRig): Promise<PlayedQemu[]> {
  return Promise.all(
    evacuees.map(({ guest }, index) => rig.qemu('B', guest, { incoming: true, label: String(index) })),
  );
}

/** Starts the QEMUs on A that have sent the guests away and linger. */
export function startSources(rig: StagedRig): Promise<PlayedQemu[]> {
  const migration = { status: 'completed', 'total-time': 150 };
  return Promise.all(
    evacuees.map(({ guest }, index) =>
      rig.qemu('A', guest, { label: String(index), runState: 'postmigrate', migration }),
    ),
  );
}

function uuidOf(index: number): string {
  return `6b1d1c9e-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function macOf(guest: number, station: number): string {
  const bytes = [0x06, 0x54, guest, 0, station >> 8, station & 0xff];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
