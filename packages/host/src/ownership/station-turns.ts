import { type Station, type StationKey, stationKey } from '@nic-herald/core';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { type Turn, withTurns } from './spoken-turns.js';

/** Most stations whose turns between NICs are remembered. */
const MOST_TURNING = 1024;

/** Remembers which NIC of a guest spoke when, for stations that several of them use. */
export class StationTurns {
  private readonly turns = new Map<StationKey, readonly Turn[]>();

  /** Takes what is known of each NIC's port; `at`: when the ages are true, by `Clock.elapsed`. */
  note(evidence: readonly NicEvidence[], at: number): void {
    const byStation = new Map<StationKey, Turn[]>();
    for (const { nic, learned } of evidence) {
      for (const { station, ageMs } of learned) {
        const key = stationKey(station);
        byStation.set(key, [...(byStation.get(key) ?? []), { nic: nic.id, at: at - ageMs }]);
      }
    }
    for (const [key, turns] of byStation) {
      if (turns.length < 2) continue;
      const known = this.turns.get(key);
      if (known === undefined && this.turns.size >= MOST_TURNING) continue;
      this.turns.set(key, withTurns(known ?? [], turns));
    }
  }

  of(station: Station): readonly Turn[] {
    return this.turns.get(stationKey(station)) ?? [];
  }

  forget(): void {
    this.turns.clear();
  }
}
