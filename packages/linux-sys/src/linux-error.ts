import { constants } from 'node:os';

/** What an error is about, for logs: `{ call: 'bind', errno: 1 }`. */
export type LinuxErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * An error of this package. It has the shape of nic-herald's one error class (`code`, `details`, `cause`)
 * without depending on it; compare by `code`.
 */
export class LinuxError extends Error {
  override readonly name: string = 'LinuxError';
  readonly code: `HERALD_${string}`;
  readonly details: LinuxErrorDetails;

  constructor(
    code: `HERALD_${string}`,
    message: string,
    options: { details?: LinuxErrorDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** A system call that failed: which one, what it was for, and the error number with its name. */
export class SystemCallError extends LinuxError {
  override readonly name = 'SystemCallError';
  /** The call's name as in its manual page: `bind`, `bpf`, or `rtnetlink` for a refused netlink request. */
  readonly call: string;
  /** As in errno(3), positive. */
  readonly errno: number;
  /** `EPERM`, `ENODEV`, ...; `errno 4711` where this platform has no name for it. */
  readonly errnoName: string;

  /** `reason` is what the kernel itself said, where it did (netlink's extended acknowledgement, BPF's log). */
  constructor(call: string, errno: number, purpose: string, reason?: string) {
    const errnoName = nameOfErrno(errno);
    super(
      'HERALD_SYSTEM_CALL',
      `${call} failed with ${errnoName}: ${purpose}${reason ? ` (${reason})` : ''}`,
      {
        details: { call, errno, errnoName, reason },
      },
    );
    this.call = call;
    this.errno = errno;
    this.errnoName = errnoName;
  }
}

/** Some numbers have two names, of which the better known stands first (EAGAIN, EWOULDBLOCK): that one stays. */
const NAMES = new Map(
  Object.entries(constants.errno)
    .reverse()
    .map(([name, errno]) => [errno, name]),
);

/** The name of an error number on this platform: 1 is `EPERM`. */
export const nameOfErrno = (errno: number): string => NAMES.get(errno) ?? `errno ${errno}`;
