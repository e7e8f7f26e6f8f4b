// In the VM: runs the cases that CASES names on this kernel, and writes a line for each to /fbout/results.jsonl.
import { appendFileSync } from 'node:fs';
import { LabFault } from '../lab/lab-fault.js';
import type { StagedResult } from '../staged/staged-case.js';
import { allCases } from './all-cases.js';
import type { KernelCase, KernelResult } from './kernel-case.js';
import { KernelStage } from './kernel-stage.js';

const out = '/fbout';
const wanted = (process.env['CASES'] ?? '').split(',');
const cases = allCases.filter(({ name }) => wanted.includes(name));

const stage = await KernelStage.start(`${out}/stage`);
for (const each of cases) {
  const began = performance.now();
  const result = await run(each);
  const line: KernelResult = {
    scenario: each.name,
    tookMs: Math.round(performance.now() - began),
    ...result,
  };
  appendFileSync(`${out}/results.jsonl`, `${JSON.stringify(line)}\n`);
}
await stage.stop();
process.exit(0);

async function run(each: KernelCase): Promise<StagedResult> {
  try {
    return await each.run(stage);
  } catch (error) {
    return { faults: [error instanceof LabFault ? error.message : String((error as Error).stack ?? error)] };
  }
}
