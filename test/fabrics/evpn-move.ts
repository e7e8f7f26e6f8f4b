import { setTimeout as sleep } from 'node:timers/promises';
import {
  beginMigration,
  migrationCompleted,
  resumeOf,
  startDestination,
  switchEventsOn,
} from '../lab/guest-move.js';
import type { LabRig } from '../lab/lab-rig.js';
import type { QemuProcess } from '../lab/qemu-process.js';
import { captureDelayMs } from '../lab/tap-receiver.js';
import { FAMILIES, type Family, type Gap, type RoutedClient } from './routed-client.js';

/** How long after RESUME the client is watched: later rounds could do harm, too. */
const WATCHED_MS = 8000;
/** How long before STOP it is. */
const BEFORE_MS = 300;

/** What a migration cost a routed client. */
export interface EvpnMove {
  readonly destination: QemuProcess;
  /** From STOP to RESUME, by QEMU, ms. */
  readonly downtimeMs: number;
  readonly gaps: Readonly<Record<Family, Gap>>;
  /** That no answer came until the end of the time it was watched. */
  readonly isDark: Readonly<Record<Family, boolean>>;
}

/** What is done before the guest leaves, once its destination waits. */
export type BeforeMove = (destination: QemuProcess) => Promise<void>;

/** Migrates a guest to the other host, and looks at what the client hears of it meanwhile. */
export async function evpnMove(
  rig: LabRig,
  source: QemuProcess,
  client: RoutedClient,
  { suffix = '', before }: { readonly suffix?: string; readonly before?: BeforeMove } = {},
): Promise<EvpnMove> {
  const destination = await startDestination(rig, source.host === 'A' ? 'B' : 'A', { suffix });
  await switchEventsOn(source, destination);
  await before?.(destination);
  const since = source.qmp.events.length;
  await beginMigration(rig, source, destination);
  const resumedAtMs = await resumeOf(destination);
  const isStop = ({ event }: { readonly event: string }): boolean => event === 'STOP';
  const stop = await source.qmp.waitFor('STOP', isStop, { since, timeoutMs: 5000 });
  await migrationCompleted(source);
  const untilMs = resumedAtMs + WATCHED_MS;
  await sleep(Math.max(0, untilMs + 2 * captureDelayMs - Date.now()));
  const each = await Promise.all(
    FAMILIES.map(
      async (family) => [family, await client.longestGap(family, stop.atMs - BEFORE_MS, untilMs)] as const,
    ),
  );
  const gaps = Object.fromEntries(each) as Record<Family, Gap>;
  const dark = each.map(([family, gap]) => [
    family,
    gap.fromMs + gap.lengthMs >= untilMs && gap.lengthMs > 2000,
  ]);
  return {
    destination,
    downtimeMs: resumedAtMs - stop.atMs,
    gaps,
    isDark: Object.fromEntries(dark) as Record<Family, boolean>,
  };
}
