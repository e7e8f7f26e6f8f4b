import type { GuestImage } from '../lab/guest-image.js';
import type { CaseResult } from '../lab/lab-case.js';
import type { Suite } from './debian-root.js';
import type { HostOptions } from './libvirt-host.js';

/** Whose libvirt and QEMU are run, and where they keep what is kept. */
export type LibvirtPlace = HostOptions;

export interface LibvirtContext {
  readonly image: GuestImage;
  readonly place: LibvirtPlace;
  /** Takes the artefacts of this case. */
  readonly directory: string;
  /** Measure QEMU alone and nothing else. */
  readonly qemuAloneOnly: boolean;
  /** QEMU alone is measured where it must be and no more: CI has little time. */
  readonly isShort: boolean;
  /** Agents hand over in a directory, not in the domains. */
  readonly handoffInDirectory: boolean;
}

/** One thing the lane proves. */
export interface LibvirtCase {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** True where there is nothing to measure without nic-herald. */
  readonly needsAgents?: boolean;
  /** Whose libvirt `--ci` runs it with; absent: it leaves it out. */
  readonly inCi?: 'own' | Suite;
  run(context: LibvirtContext): Promise<CaseResult>;
}
