import { join } from 'node:path';
import { LabFault } from './lab-fault.js';
import type { HostName } from './namespaces.js';
import { runProgram } from './run-program.js';

/** Other Debians whose QEMU can be run beside the machine's own: stable ones and their backports. */
export const qemuSuites = ['trixie', 'trixie-backports', 'bookworm-backports'] as const;
type QemuSuite = (typeof qemuSuites)[number];

/** A QEMU of this machine. */
export interface QemuBuild {
  /** Its path, or its name where `PATH` has it. */
  readonly program: string;
  /** `10.0.13` */
  readonly version: string;
}

/** Which QEMU each host runs. */
export interface HostQemus extends Readonly<Record<HostName, QemuBuild>> {
  /** The board of every guest; where nothing is said, `pc`, and `q35` for cards that need it. */
  readonly board?: Board;
  /** The version of the board where the hosts' QEMUs differ: the older one's, `7.2`. */
  readonly boardVersion?: string;
}

export const boards = ['pc', 'q35'] as const;
type Board = (typeof boards)[number];

/** What was asked for: the suites of all hosts and of host B alone (else the machine's own QEMU), and the board. */
export interface QemuChoice {
  readonly qemu?: QemuSuite;
  readonly qemuAtB?: QemuSuite;
  readonly board?: Board;
}

/** The QEMUs that were chosen: from the cache, else unpacked there, which takes a quarter of a minute. */
export async function hostQemus(
  { qemu, qemuAtB = qemu, board }: QemuChoice,
  cacheDirectory: string,
): Promise<HostQemus> {
  const everywhere = await qemuBuild(qemu, cacheDirectory);
  const chosen = { A: everywhere, B: everywhere, C: everywhere, ...(board === undefined ? {} : { board }) };
  if (qemuAtB === qemu) return chosen;
  const atB = await qemuBuild(qemuAtB, cacheDirectory);
  const older = isOlder(atB, everywhere.version) ? atB : everywhere;
  return { ...chosen, B: atB, boardVersion: minorOf(older.version).join('.') };
}

/** Whether a QEMU is older than a version such as `8.0`. */
export function isOlder({ version }: QemuBuild, than: string): boolean {
  const [major, minor] = minorOf(version);
  const [otherMajor, otherMinor] = minorOf(than);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

async function qemuBuild(suite: QemuSuite | undefined, cacheDirectory: string): Promise<QemuBuild> {
  const directory = join(cacheDirectory, `qemu-${suite}`);
  if (suite !== undefined) {
    const script = join(import.meta.dirname, 'newer-qemu.sh');
    await runProgram('bash', [script, suite, directory], { timeoutMs: 300_000 });
  }
  const program = suite === undefined ? 'qemu-system-x86_64' : join(directory, 'qemu-system-x86_64');
  const said = await runProgram(program, ['--version']);
  const version = /version (\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) throw new LabFault(`${program} --version says ${said.split('\n')[0]}`);
  return { program, version };
}

/** Major and minor number. */
function minorOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}
