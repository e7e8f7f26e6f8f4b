import {
  type CancelTimer,
  type Clock,
  type GuestKey,
  type HandoffOptions,
  parseSnapshot,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { parseGuestKey } from '@nic-herald/core/internal';

/** A clock whose timers fire when the test says so. */
export class ManualClock implements Clock {
  private timers: (() => void)[] = [];
  /** How far this host's clock is ahead of the storage's, ms: the storage of a test is this machine's. */
  ahead = 0;
  /** What `elapsed` tells, ms. */
  passed = 0;
  now(): number {
    return Date.now() + this.ahead;
  }
  elapsed(): number {
    return this.passed;
  }
  setTimer(_: number, run: () => void): CancelTimer {
    this.timers.push(run);
    return () => {
      this.timers = this.timers.filter((each) => each !== run);
    };
  }
  get waiting(): number {
    return this.timers.length;
  }
  fire(): void {
    for (const run of this.timers.splice(0)) run();
  }
}

/** A guest's key, from text that is one. */
export const keyOf = (text: string): GuestKey => {
  const key = parseGuestKey(text);
  if (key === undefined) throw new TypeError(`not a guest key: ${text}`);
  return key;
};
export const web = keyOf('uuid:11111111-2222-4333-8444-555555555555');
export const options: HandoffOptions = { signal: new AbortController().signal };

/** The primary MAC of the guest in each snapshot. */
export const MAC = '52:54:00:00:00:01' as SnapshotHead['primaryMacs'][number];

/** A snapshot of one NIC with that many learned stations. */
export const snapshotOf = (guest: GuestKey, host: string, epoch = 1, stations = 1): Snapshot => {
  const parsed = parseSnapshot({
    format: 1,
    guest,
    host,
    epoch,
    nics: [
      {
        id: 'nic0',
        primaryMac: MAC,
        model: 'virtio-net',
        state: { vlans: [10] },
        learned: Array.from({ length: stations }, (_, n) => ({
          station: {
            mac: `52:54:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`,
            vlan: 7,
          },
          ageMs: 12.5,
        })),
      },
    ],
  });
  if (parsed instanceof Error) throw parsed;
  return parsed;
};
