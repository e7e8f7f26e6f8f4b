import { fstatSync, readlinkSync } from 'node:fs';
import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';

/** TUNGETDEVNETNS of linux/if_tun.h: a descriptor for the network namespace that a tap lives in. */
const TUNGETDEVNETNS = 0x54e3;

/**
 * The network namespace of this process, or of another one, as the kernel names it: `net:[4026531840]`. Throws the system's own
 * error (EACCES: another user's process, which takes CAP_SYS_PTRACE).
 */
export const networkNamespace = (pid: number | 'self' = 'self'): string =>
  readlinkSync(`/proc/${pid}/ns/net`);

/**
 * The network namespace in which a tap lives that another process has open: the tap may have been moved, or the process
 * started elsewhere. Throws SystemCallError: ENOSYS before Linux 5.6, EPERM without CAP_SYS_PTRACE where the process is
 * another user's or may not be looked into.
 */
export const tapNamespace = (pid: number, fd: number): string => {
  const purpose = `find the network namespace of the tap that process ${pid} has open as ${fd}`;
  const system = libc();
  const owned: FileDescriptor[] = [];
  const own = (call: string, result: number): number => {
    owned.push(new FileDescriptor(checked(result, call, purpose)));
    return result;
  };
  try {
    const process = own('pidfd_open', system.pidfdOpen(pid));
    const tap = own('pidfd_getfd', system.pidfdGetfd(process, fd));
    const namespace = own('ioctl', system.ioctl(tap, TUNGETDEVNETNS));
    return `net:[${fstatSync(namespace).ino}]`;
  } finally {
    for (const descriptor of owned) descriptor.close();
  }
};
