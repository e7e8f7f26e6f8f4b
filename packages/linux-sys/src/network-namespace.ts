import { readlinkSync } from 'node:fs';

/** Of this process: it stays in the one in which it was started. */
let own: string | undefined;

/**
 * The network namespace of this process, or of another one, as the kernel names it: `net:[4026531840]`. Throws the system's own
 * error (EACCES: another user's process, which takes CAP_SYS_PTRACE).
 */
export const networkNamespace = (pid: number | 'self' = 'self'): string => {
  if (pid !== 'self') return namespaceOf(pid);
  own ??= namespaceOf(pid);
  return own;
};

const namespaceOf = (pid: number | 'self'): string => readlinkSync(`/proc/${pid}/ns/net`);
