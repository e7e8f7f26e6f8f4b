import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGuestImage, type GuestImage } from './guest-image.js';
import { LabFault } from './lab-fault.js';

/** Programs the lab runs, and the Debian package of each. */
const packages: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'ovs-vswitchd': 'openvswitch-switch',
  'ovsdb-server': 'openvswitch-switch',
  'ovsdb-tool': 'openvswitch-switch',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  busybox: 'busybox-static',
  cpio: 'cpio',
  depmod: 'kmod',
  keepalived: 'keepalived',
  ip: 'iproute2',
  bridge: 'iproute2',
  tc: 'iproute2',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  nsenter: 'util-linux',
};

/** Programs that only the lane of libvirt runs. */
const libvirtPackages: Readonly<Record<string, string>> = {
  libvirtd: 'libvirt-daemon libvirt-daemon-driver-qemu',
  virsh: 'libvirt-clients',
  debootstrap: 'debootstrap',
};

/** Programs that only the lane of fabrics runs. */
const fabricPackages: Readonly<Record<string, string>> = {
  vtysh: 'frr',
  'ovn-northd': 'ovn-central',
  'ovn-controller': 'ovn-host',
};

const packageOf = { ...packages, ...libvirtPackages, ...fabricPackages };

/** What this machine lacks of these programs, or of all that the lab runs, with what to do about it; empty when nothing. */
export async function missingRequirements(
  programs: readonly string[] = Object.keys(packages),
): Promise<string[]> {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('not root: the lab makes network namespaces; run it as root');
  const lacking = new Set<string>();
  for (const program of programs) {
    if (!(await isOnPath(program))) lacking.add(packageOf[program] ?? program);
  }
  if (lacking.size > 0) {
    missing.push(`apt-get install --no-install-recommends ${[...lacking].join(' ')}`);
  }
  return missing;
}

/** Builds the guest, or says which package is missing for it. */
export async function guestImage(cacheDirectory: string): Promise<GuestImage> {
  const missing = await missingRequirements();
  if (missing.length > 0) throw new LabFault(missing.join('; '));
  return buildGuestImage(cacheDirectory);
}

async function isOnPath(program: string): Promise<boolean> {
  const { PATH } = process.env;
  const directories = [...(PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  for (const directory of directories) {
    const found = await access(join(directory, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
