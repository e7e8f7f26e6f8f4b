import { type FSWatcher, watch } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate, webRuns } from '../guest-scenes.js';
import { claimsOf, heardSince, missingFaults } from '../heard-frames.js';
import { web, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { type StagedRig, withRig } from '../staged-rig.js';

const behindMs = 10 * 60 * 1000;

/** Storage whose clock is ten minutes behind: every file in it seems that much older. */
const storageBehind: StagedCase = {
  name: 'storage-clock-behind',
  summary: "the storage's clock is ten minutes behind: addresses are announced, or a warning says why not",
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const storage = new StorageBehind(rig);
      try {
        const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
        const source = await webRuns(rig, 'A');
        const destination = await rig.qemu('B', webGuest, { incoming: true });
        await B.armed(2);
        const uplink = await rig.uplink('B');
        const resumedAt = await migrate(source, destination, 700);
        await B.report();
        const heard = await heardSince(uplink, resumedAt);
        const faults = missingFaults(heard, [web.primary, web.listed], 'B');
        const missing = [
          `${web.primary} has ${web.primaryAddress}`,
          `${web.learned} has ${web.address}`,
        ].filter((claim) => !claimsOf(heard).includes(claim));
        const isTold = B.warnings('HERALD_CLOCK_DOUBTFUL').length > 0;
        if (missing.length > 0 && !isTold) {
          faults.push(`not announced, and no warning HERALD_CLOCK_DOUBTFUL: ${missing.join('; ')}`);
        }
        const announced = `${2 - missing.length} of 2 addresses were announced`;
        return { faults, notes: [`${announced}, ${isTold ? 'B warned' : 'B did not warn'}`] };
      } finally {
        storage.stop();
      }
    }),
};

/** Sets the time of each entry back after each write. */
class StorageBehind {
  readonly #watcher: FSWatcher;

  constructor(rig: StagedRig) {
    this.#watcher = watch(rig.handoff, (_, name) => {
      if (name?.endsWith('.json')) void this.#setBack(join(rig.handoff, name));
    });
  }

  stop(): void {
    this.#watcher.close();
  }

  async #setBack(file: string): Promise<void> {
    const stats = await stat(file).catch(() => undefined);
    const isSetBack = stats === undefined || Date.now() - stats.mtimeMs > behindMs / 2;
    if (isSetBack) return;
    const at = (stats.mtimeMs - behindMs) / 1000;
    await utimes(file, at, at).catch(() => undefined);
  }
}

export const storageClock: readonly StagedCase[] = [storageBehind];
