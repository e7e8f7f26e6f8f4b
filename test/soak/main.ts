import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { positiveInteger } from '../lab/lane-command.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import { TableLines } from '../lab/table-lines.js';
import { compilePrograms } from '../staged/compiled-programs.js';
import { isAgentBuilt, program } from '../staged/staged-agent.js';
import { stopActiveRigs } from '../staged/staged-rig.js';
import { floods } from './floods.js';
import type { SoakCheck } from './soak-check.js';
import { thereAndBack } from './there-and-back.js';
import { together } from './together.js';

interface SoakFlags {
  readonly seconds: number;
  readonly guests: number;
  readonly flood: number;
  readonly only?: string;
  readonly ci: boolean;
}

/** The short version: long enough to see that all of it works. */
const short = { seconds: 8, guests: 8, flood: 4, slackMs: 100 };

/** How many arrive together. */
const guestsTogether = 50;

const cacheDirectory = join(import.meta.dirname, '../../.cache/soak');
const command = new Command('soak')
  .description(
    'Guests go there and back for minutes, one floods its agent, fifty arrive together. Needs root.',
  )
  .option('--seconds <n>', 'how long they go there and back', positiveInteger, 300)
  .option('--guests <n>', 'how many', positiveInteger, 20)
  .option('--flood <seconds>', 'how long each flood lasts', positiveInteger, 20)
  .option('--only <part>', 'travel, floods or together')
  .option('--ci', 'the short version; what cannot run counts as failed', false)
  .parse();

process.exitCode = await main(command.opts<SoakFlags>());

async function main(given: SoakFlags): Promise<number> {
  const { seconds, guests, flood, only, ci, slackMs } = given.ci
    ? { ...given, ...short }
    : { ...given, slackMs: 0 };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
  }
  console.log(`the agent is ${program}`);
  const unable = await whyUnable();
  if (unable !== undefined) {
    console.log(unable);
    console.log(`0 passed, ${ci ? 1 : 0} failed, ${ci ? 0 : 1} skipped`);
    return ci ? 1 : 0;
  }
  await Promise.all([reapDeadLabs(), compilePrograms()]);
  const began = performance.now();
  const tell = (line: string): void =>
    console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  const at = async (name: string): Promise<string> => {
    const directory = join(cacheDirectory, name);
    await mkdir(directory, { recursive: true });
    return directory;
  };
  const checks: SoakCheck[] = [];
  try {
    const isDone = (part: string): boolean => only === undefined || only === part;
    if (isDone('travel'))
      checks.push(...(await thereAndBack({ directory: await at('travel'), guests, seconds, tell })));
    if (isDone('floods'))
      checks.push(...(await floods({ directory: await at('floods'), seconds: flood, tell, slackMs })));
    if (isDone('together'))
      checks.push(...(await together({ directory: await at('together'), guests: guestsTogether, tell })));
  } catch (error) {
    const found = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
    checks.push({ what: 'the soak', found, wanted: 'to its end', isSo: false });
  }
  return report(checks);
}

function report(checks: readonly SoakCheck[]): number {
  const width = (of: (check: SoakCheck) => string, most: number): number =>
    Math.min(most, Math.max(...checks.map((check) => of(check).length)));
  const widths = [
    width(({ what }) => what, 60),
    width(({ found }) => found, 80),
    width(({ wanted }) => wanted, 40),
    6,
  ];
  const table = new TableLines(widths, process.stdout.isTTY);
  console.log(`\n${table.header([['', 'found', 'wanted', '']])}`);
  for (const { what, found, wanted, isSo } of checks) {
    console.log(table.verdictLine([what, found, wanted], isSo ? 'passed' : 'failed'));
  }
  const failed = checks.filter(({ isSo }) => !isSo).length;
  console.log(`\n${checks.length - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

/** Why nothing can run here; undefined where everything can. */
async function whyUnable(): Promise<string | undefined> {
  const missing = await missingRequirements(['ip', 'bridge', 'tc', 'tcpdump', 'setpriv']);
  if (missing.length > 0) return missing.join('; ');
  return (await isAgentBuilt()) ? undefined : `${program} is not there: run npm run build`;
}
