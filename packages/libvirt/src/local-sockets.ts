import { existsSync } from 'node:fs';
import { HeraldError } from '@nic-herald/core';

/** Where sockets are looked for. */
export interface SocketSearch {
  /** The read-only sockets, which any local user may use as a rule. Default: false. */
  readonly readOnly?: boolean;
  /** Whether there is a file at a path. Default: the file system's answer. */
  readonly exists?: (path: string) => boolean;
}

/** `/var/run` is a link to `/run` nearly everywhere; where it is not, libvirt may have been built for it. */
const DIRECTORIES = ['/run/libvirt', '/var/run/libvirt'];
/** The daemon for QEMU alone first: where both are there, the other passes on what concerns QEMU. */
const DAEMONS = ['virtqemud-sock', 'libvirt-sock'];

const READ_ONLY = '-ro';

/** The read-only socket beside a socket. */
export const readOnlySocket = (path: string): string => `${path}${READ_ONLY}`;

/** Whether a socket is a read-only one, by its name. */
export const isReadOnlySocket = (path: string): boolean => path.endsWith(READ_ONLY);

/**
 * The socket of the daemon that has the QEMU domains of this host. Throws HERALD_LIBVIRT_NO_SOCKET, which names all that were
 * looked for, where none is there. That a socket is there does not say that a daemon listens at it.
 */
export const findLocalSocket = ({ readOnly = false, exists = existsSync }: SocketSearch = {}): string => {
  const paths = DIRECTORIES.flatMap((directory) =>
    DAEMONS.map((daemon) => `${directory}/${daemon}`).map((path) => (readOnly ? readOnlySocket(path) : path)),
  );
  const found = paths.find((path) => exists(path));
  if (found !== undefined) return found;
  throw new HeraldError(
    'HERALD_LIBVIRT_NO_SOCKET',
    `no socket of libvirt is there: looked for ${paths.join(', ')}. Start the libvirt daemon, or name its socket`,
    { details: { paths: paths.join(' ') } },
  );
};
