import { constants } from 'node:os';

const { ENOSYS, ENOTTY, EINVAL, EPERM, EACCES } = constants.errno;
const REFUSALS: readonly unknown[] = [ENOSYS, ENOTTY, EINVAL, EPERM, EACCES];

/**
 * Whether the kernel does not let us ask a descriptor at all: an old one, a process that may not be looked into so deeply, no
 * native calls. Any other error is the descriptor's, such as one that was closed meanwhile: then it proves nothing.
 */
export const cannotBeAsked = (error: unknown): boolean => {
  const { code, errno } = (error ?? {}) as { readonly code?: unknown; readonly errno?: unknown };
  return code === 'HERALD_NATIVE_UNAVAILABLE' || REFUSALS.includes(errno);
};
