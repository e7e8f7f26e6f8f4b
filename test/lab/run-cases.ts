import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseResult } from './lab-case.js';
import { LabFault } from './lab-fault.js';
import { stopActiveRigs } from './lab-rig.js';
import { ReportTable, type TableRow } from './report-table.js';
import { RunSummary } from './run-summary.js';

/** How a lane's scenarios are run. */
export interface LaneFlags {
  readonly runs: number;
  readonly retries: number;
  /** What cannot run counts as failed. */
  readonly ci: boolean;
}

/** A scenario of one run, before anything came of it. */
export type UpcomingRow = Pick<TableRow, 'name' | 'run'>;

/**
 * Runs scenarios one after another, with a line of the table for each, and gives the exit status. `begin` prepares what all of
 * them stand on, once, and gives what runs one.
 */
export async function runCases<T extends { readonly name: string }>(
  cases: readonly T[],
  { runs, retries, ci }: LaneFlags,
  begin: () => Promise<(each: T, row: UpcomingRow) => Promise<TableRow>>,
): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
  }
  const results = new RunSummary();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const table = new ReportTable(
    cases.map(({ name }) => name),
    process.stdout.isTTY,
  );
  console.log(table.header());
  const runCase = await begin();
  for (let run = 1; run <= runs; run++) {
    for (const each of cases) {
      const upcoming = { name: each.name, run };
      let row = await runCase(each, upcoming);
      for (let retry = 1; row.verdict === 'failed' && retry <= retries; retry++) {
        console.log(table.row(row, runs));
        for (const fault of row.result?.faults ?? []) console.log(`    ${fault}`);
        console.log('    tried again: two busy cores and an emulated guest do not always keep time');
        row = await runCase(each, upcoming);
      }
      results.add(each.name, row.result);
      const verdict = row.verdict === 'skipped' && ci ? 'failed' : row.verdict;
      counts[verdict]++;
      console.log(table.row({ ...row, verdict }, runs));
      for (const line of [...(row.result?.faults ?? []), ...(row.result?.notes ?? [])])
        console.log(`    ${line}`);
    }
  }
  if (runs > 1) console.log(`\n${results.lines().join('\n')}`);
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

/** One that cannot run, and why. */
export const skippedRow = (row: UpcomingRow, why: string): TableRow => ({
  ...row,
  verdict: 'skipped',
  result: { faults: [], notes: [why] },
});

/** Runs one and keeps what came of it in its directory, which is there when it has run. */
export async function keptRow(
  row: UpcomingRow,
  directory: string,
  run: () => Promise<CaseResult>,
): Promise<TableRow> {
  try {
    const result = await run();
    await writeFile(join(directory, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    if (result.faults.length === 0) return { ...row, verdict: 'passed', result };
    const notes = [...(result.notes ?? []), `see ${directory}`];
    return { ...row, verdict: 'failed', result: { ...result, notes } };
  } catch (error) {
    const message = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
    return { ...row, verdict: 'failed', result: { faults: [message], notes: [`see ${directory}`] } };
  }
}
