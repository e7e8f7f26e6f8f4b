import { setTimeout as sleep } from 'node:timers/promises';
import { claimsBetween } from '../lab/guest-move.js';
import { migrate, slow, underWay } from './migrate.js';
import type { Trial } from './trial.js';

/** Memory goes over for so long before anything is done to it. */
const midwayMs = 1000;
/** A destination that gives up takes almost two seconds to say so; what is wrong after that is not from then. */
const watchedMs = 4000;

/**
 * Migrates slowly and lets `breakOff` put an end to it midway. The guest must go on at A, reached at all its stations, and
 * nobody may have announced it anywhere.
 */
export async function breakOffMidway(
  trial: Trial,
  breakOff: (migration: Promise<unknown>) => Promise<void>,
  { goesOnBy = 10_000 } = {},
): Promise<void> {
  const { pair, guest, faults } = trial;
  const begunAtMs = Date.now();
  const migration = migrate(pair, 'A', 'B', guest.name, { flags: slow }).then(
    () => 'it ended as if all were well',
    () => undefined,
  );
  await underWay(pair, 'B', begunAtMs);
  await sleep(midwayMs);
  await breakOff(migration);
  const wrong = await migration;
  if (wrong !== undefined) faults.push(`not valid: the migration was broken off, and yet ${wrong}`);
  await trial.stateBecomes('A', 'running', goesOnBy);
  await sleep(watchedMs);
  const untilMs = Date.now();
  for (const host of ['A', 'B'] as const) {
    const claims = await claimsBetween(trial.watch(host), begunAtMs, untilMs);
    faults.push(...claims.map((key) => `${host} announced ${key}, and the guest never left A`));
  }
  await trial.reachedAt('A');
  await trial.noOtherReports();
}
