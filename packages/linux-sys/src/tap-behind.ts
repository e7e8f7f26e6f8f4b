import { fstatSync } from 'node:fs';
import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';

/** TUNGETIFF of linux/if_tun.h: fills a struct ifreq, which begins with the name. */
const TUNGETIFF = 0x800454d2;
/** TUNGETDEVNETNS of linux/if_tun.h: a descriptor for the network namespace that a tap lives in. */
const TUNGETDEVNETNS = 0x54e3;
const IFREQ_BYTES = 40;
const IFNAMSIZ = 16;

/** The tap behind a descriptor. */
export interface TapBehind {
  /** As it is called now. */
  readonly name: string;
  /** The network namespace it lives in, as the kernel names it: `net:[4026531840]`. */
  readonly namespace: string;
}

/**
 * The tap that another process has open, and where it lives: it may have been moved, or the process started elsewhere. Both
 * are asked of one and the same open file, so that a process that puts another in its place meanwhile cannot have the name
 * of one and the place of the other. `undefined` where it is no tap. Throws SystemCallError: ENOSYS before Linux 5.6, EPERM
 * without CAP_SYS_PTRACE where the process is another user's or may not be looked into.
 */
export const tapBehind = (pid: number, fd: number): TapBehind | undefined => {
  const purpose = `find the tap that process ${pid} has open as ${fd}`;
  const system = libc();
  const owned: FileDescriptor[] = [];
  const own = (call: string, result: number): number => {
    owned.push(new FileDescriptor(checked(result, call, purpose)));
    return result;
  };
  try {
    const process = own('pidfd_open', system.pidfdOpen(pid));
    const tap = own('pidfd_getfd', system.pidfdGetfd(process, fd));
    const name = nameOf(tap);
    if (name === undefined) return undefined;
    const namespace = own('ioctl', system.ioctl(tap, TUNGETDEVNETNS));
    // The file may be attached to another tap once its own was removed: the name is asked on both sides.
    return nameOf(tap) === name ? { name, namespace: `net:[${fstatSync(namespace).ino}]` } : undefined;
  } finally {
    for (const descriptor of owned) descriptor.close();
  }
};

const nameOf = (tap: number): string | undefined => {
  const request = new Uint8Array(IFREQ_BYTES);
  if (libc().ioctlWith(tap, TUNGETIFF, request) !== 0) return undefined;
  const end = request.indexOf(0);
  return new TextDecoder().decode(request.subarray(0, end < 0 ? IFNAMSIZ : Math.min(end, IFNAMSIZ)));
};
