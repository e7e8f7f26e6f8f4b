import { readdir, readFile, readlink } from 'node:fs/promises';

/** A network interface that a process has open as a file: the way of a hypervisor to its guest's frames. */
export type HeldInterface =
  | { readonly fd: number; readonly kind: 'tap' /** As it is called now. */; readonly name: string }
  | { readonly fd: number; readonly kind: 'macvtap'; readonly index: number };

/** Most descriptors of one process that are looked at. */
const MAX_DESCRIPTORS = 16_384;
/** Most looked at at a time. */
const AT_ONCE = 64;
const DESCRIPTOR = /^\d{1,10}$/;

/**
 * The taps and macvtaps that a process has open, or those of them behind some descriptors: by /proc/PID/fd, where a tap is
 * `/dev/net/tun` and names itself in fdinfo (`iff:`), and a macvtap is `/dev/tap` with the interface's number. Each queue of a
 * multi-queue tap is one. Rejects with the system's own error (ENOENT: the process ended; EACCES: it is another user's, which
 * takes CAP_SYS_PTRACE).
 */
export const heldInterfaces = async (
  pid: number,
  only?: readonly number[],
): Promise<readonly HeldInterface[]> => {
  const folder = `/proc/${pid}`;
  const names = (await readdir(`${folder}/fd`)).filter((name) => DESCRIPTOR.test(name));
  const wanted = only && new Set(only);
  const descriptors = names
    .map(Number)
    .filter((fd) => wanted?.has(fd) ?? true)
    .slice(0, MAX_DESCRIPTORS);
  const held: HeldInterface[] = [];
  for (let first = 0; first < descriptors.length; first += AT_ONCE) {
    const some = descriptors.slice(first, first + AT_ONCE);
    for (const each of await Promise.all(some.map((fd) => heldInterface(folder, fd)))) {
      if (each !== undefined) held.push(each);
    }
  }
  return held;
};

const heldInterface = async (folder: string, fd: number): Promise<HeldInterface | undefined> => {
  try {
    const path = await readlink(`${folder}/fd/${fd}`);
    const macvtap = /^\/dev\/tap(\d{1,10})$/.exec(path)?.[1];
    if (macvtap !== undefined) return { fd, kind: 'macvtap', index: Number(macvtap) };
    if (path !== '/dev/net/tun') return undefined;
    const name = parseInterfaceName(await readFile(`${folder}/fdinfo/${fd}`, 'utf8'));
    return name === undefined ? undefined : { fd, kind: 'tap', name };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined; // closed meanwhile
    throw error;
  }
};

/** The interface in the text of a tun file's fdinfo; `undefined` where it is attached to none. */
export const parseInterfaceName = (fdinfo: string): string | undefined => /^iff:\t(.+)$/m.exec(fdinfo)?.[1];
