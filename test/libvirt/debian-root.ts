import { join } from 'node:path';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { runProgram } from '../lab/run-program.js';

/** Other Debians whose libvirt can be run: trixie has libvirt 11.3 and QEMU 10. */
export const suites = ['trixie'] as const;
export type Suite = (typeof suites)[number];

const libvirtAndQemu = [
  ...['qemu-system-x86', 'ipxe-qemu', 'seabios'],
  ...['libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-clients'],
];

/** The root of another Debian with libvirt: from the cache, else made there, which takes most of a minute. */
export async function debianRoot(suite: Suite, cacheDirectory: string): Promise<string> {
  const root = join(cacheDirectory, suite);
  await makeDebianRoot({ suite, root, base: ['ca-certificates'], packages: libvirtAndQemu });
  return root;
}

/** What a root is made of: packages of the base system, and those that apt installs afterwards. */
export interface DebianRootOptions {
  readonly suite: string;
  readonly root: string;
  readonly base: readonly string[];
  readonly packages?: readonly string[];
}

/** Makes the root of a Debian where it is not there yet. */
export async function makeDebianRoot({ suite, root, base, packages = [] }: DebianRootOptions): Promise<void> {
  const missing = await missingRequirements(['debootstrap']);
  if (missing.length > 0) throw new LabFault(missing.join('; '));
  const script = join(import.meta.dirname, 'debian-root.sh');
  await runProgram('sh', [script, suite, root, base.join(), ...packages], { timeoutMs: 400_000 });
}
