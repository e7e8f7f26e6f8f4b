import { join } from 'node:path';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { runProgram } from '../lab/run-program.js';

/** Other Debians whose libvirt can be run: trixie has libvirt 11.3 and QEMU 10. */
export const suites = ['trixie'] as const;
export type Suite = (typeof suites)[number];

/** The root of another Debian: from the cache, else made there, which takes most of a minute. */
export async function debianRoot(suite: Suite, cacheDirectory: string): Promise<string> {
  const missing = await missingRequirements(['debootstrap']);
  if (missing.length > 0) throw new LabFault(missing.join('; '));
  const root = join(cacheDirectory, suite);
  await runProgram('sh', [join(import.meta.dirname, 'debian-root.sh'), suite, root], { timeoutMs: 400_000 });
  return root;
}
