import { realpathSync } from 'node:fs';
import { HeraldError } from '@nic-herald/core';

/**
 * Where libvirt has the monitors by which it manages its guests. Sockets of others may lie beside them.
 * - `.../libvirt/qemu/domain-3-web/monitor.sock` of the system, `.../libvirt/qemu/lib/...` of a session and of KubeVirt
 * - the same where libvirt is embedded in another program, below a directory of that program's choice
 * - `.../libvirt/qemu/web.monitor` of old versions, `~/.libvirt/qemu/lib/web.monitor` of their sessions
 */
const MONITORS = [/\/domain-[^/]+\/monitor\.sock$/, /\/\.?libvirt\/qemu\/(?:lib\/)?[^/]+\.monitor$/];

const isLibvirtMonitor = (path: string): boolean => MONITORS.some((monitor) => monitor.test(path));

/**
 * The path of libvirt's own monitor, where `path` is that or leads there by symbolic links; else `undefined`. Nobody else
 * may ever connect there, not even to look: it serves one client, and one that waits stands before libvirt when that
 * starts anew, which then loses the guest.
 *
 * It looks synchronously, so that nothing comes between the look and what is done after it.
 */
export const libvirtMonitorAt = (path: string): string | undefined => {
  if (isLibvirtMonitor(path)) return path;
  try {
    const real = realpathSync(path);
    return isLibvirtMonitor(real) ? real : undefined;
  } catch {
    return undefined; // it leads nowhere
  }
};

/** What to do instead, for people. */
export const INSTEAD_OF_LIBVIRTS =
  "leave it out: 'nic-herald run' without --qmp watches libvirt's guests by libvirt itself, and so does monitors.libvirt in herald.yaml; or give the guest a second QMP socket by <qemu:commandline>, and name that";

/** What is told of a path that leads to `monitor`, libvirt's own. */
export const libvirtMonitor = (path: string, monitor: string): HeraldError =>
  new HeraldError(
    'HERALD_QMP_LIBVIRT',
    `${path} ${isSaid(path, monitor)}: it is never connected to, or libvirt would lose the guest when it restarts; ${INSTEAD_OF_LIBVIRTS}`,
    { details: { socket: path, monitor } },
  );

const isSaid = (path: string, monitor: string): string =>
  path === monitor ? "is libvirt's own monitor" : `leads to libvirt's own monitor ${monitor}`;

/** Throws HERALD_QMP_LIBVIRT where a path leads to libvirt's own monitor. */
export const refuseLibvirtMonitor = (path: string): void => {
  const monitor = libvirtMonitorAt(path);
  if (monitor !== undefined) throw libvirtMonitor(path, monitor);
};
