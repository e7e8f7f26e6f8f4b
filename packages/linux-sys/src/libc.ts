import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import { LinuxError, SystemCallError } from './linux-error.js';

/** The C functions used here, with pointers as typed arrays or, where they must outlive the call, addresses. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, length: Uint32Array): number;
  /** `headers` is an address; what lies there must be kept referenced by the caller. */
  sendmmsg(fd: number, headers: number, count: number, flags: number): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  /** `attributes` begins with `size` bytes of union bpf_attr and may hold more, for them to point to. */
  bpf(command: number, attributes: Uint8Array, size: number): number;
  /** A descriptor for a process, see pidfd_open(2). */
  pidfdOpen(pid: number): number;
  /** Another process's descriptor as one of this process, see pidfd_getfd(2). */
  pidfdGetfd(pidfd: number, fd: number): number;
  /** With an argument of 0: a request that takes none. */
  ioctl(fd: number, request: number): number;
  /** With a structure that the kernel reads or fills. */
  ioctlWith(fd: number, request: number, argument: Uint8Array): number;
  /** `limits` is a struct rlimit: the limit in force and the most it may be set to, 64 bits each. */
  setrlimit(resource: number, limits: BigUint64Array): number;
  /** `resolution` is a struct timespec: how exact a clock is, seconds and nanoseconds. */
  clockGetres(clock: number, resolution: BigInt64Array): number;
  /** The scheduling policy of a thread, see sched_getscheduler(2); 0 is the calling one. */
  schedGetscheduler(thread: number): number;
  /** `parameters` is a struct sched_param: the priority, 32 bits. */
  schedSetscheduler(thread: number, policy: number, parameters: Uint8Array): number;
  /** Locks the open file, see flock(2). */
  flock(fd: number, operation: number): number;
  close(fd: number): number;
  /** Ends the process, see _exit(2). */
  exitNow(status: number): void;
  /** `close` in a thread of its own: closing a packet socket waits some 10 ms for the kernel (RCU). */
  closeInBackground(fd: number): Promise<void>;
  /** The error number of the call made last. */
  errno(): number;
  /** Where an array lies. This keeps nothing alive: whoever passes the address on must hold the array. */
  addressOf(array: ArrayBufferView): number;
}

/** bpf(2) has no wrapper in libc; these are its numbers on the 64-bit little-endian machines Node runs on. */
const BPF_CALL_NUMBER: Readonly<Record<string, number>> = {
  x64: 321,
  arm64: 280,
  riscv64: 280,
  loong64: 280,
};

/** Numbers of calls that are the same on all machines, having come after they were unified. */
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

let loaded: Libc | undefined;

/**
 * The C library, loaded on first use so that importing this package needs nothing native.
 *
 * Throws HERALD_NATIVE_UNAVAILABLE on another system than Linux, on a machine whose structures are laid out
 * otherwise, or where koffi has no binary to load.
 */
export const libc = (): Libc => {
  loaded ??= load();
  return loaded;
};

/** Passes a call's result on, or throws SystemCallError where it is negative. `purpose` names what it was for. */
export const checked = (result: number, call: string, purpose: string): number => {
  if (result >= 0) return result;
  throw new SystemCallError(call, libc().errno(), purpose);
};

const load = (): Libc => {
  const bpfCall = BPF_CALL_NUMBER[process.arch];
  if (process.platform !== 'linux' || bpfCall === undefined || endianness() !== 'LE') {
    throw new LinuxError(
      'HERALD_NATIVE_UNAVAILABLE',
      `native calls need Linux on x64, arm64, riscv64 or loong64; this is ${process.platform} on ${process.arch}`,
      { details: { platform: process.platform, arch: process.arch } },
    );
  }
  try {
    return declare(bpfCall);
  } catch (cause) {
    throw new LinuxError(
      'HERALD_NATIVE_UNAVAILABLE',
      'koffi could not be loaded, so no native call can be made: reinstall without omitting optional dependencies (its binary is one)',
      { cause },
    );
  }
};

const declare = (bpfCall: number): Libc => {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const library = koffi.load(null);
  const call = <F>(prototype: string): F => library.func(prototype) as F;
  const syscall = call<(number: number, command: number, attributes: Uint8Array, size: number) => number>(
    'long syscall(long, int, void *, uint32_t)',
  );
  const syscall3 = call<(number: number, a: number, b: number, c: number) => number>(
    'long syscall(long, long, long, long)',
  );
  const ioctl = call<(fd: number, request: number, argument: number) => number>(
    'int ioctl(int, unsigned long, long)',
  );
  const ioctlWith = call<(fd: number, request: number, argument: Uint8Array) => number>(
    'int ioctl(int, unsigned long, void *)',
  );
  const close = call<((fd: number) => number) & { async(fd: number, done: () => void): void }>(
    'int close(int)',
  );
  return {
    socket: call('int socket(int, int, int)'),
    bind: call('int bind(int, const void *, uint32_t)'),
    connect: call('int connect(int, const void *, uint32_t)'),
    setsockopt: call('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: call('int getsockopt(int, int, int, void *, uint32_t *)'),
    sendmmsg: call('int sendmmsg(int, uintptr_t, uint32_t, int)'),
    send: call('intptr_t send(int, const void *, size_t, int)'),
    recv: call('intptr_t recv(int, void *, size_t, int)'),
    flock: call('int flock(int, int)'),
    setrlimit: call('int setrlimit(int, const void *)'),
    clockGetres: call('int clock_getres(int, void *)'),
    schedGetscheduler: call('int sched_getscheduler(int)'),
    schedSetscheduler: call('int sched_setscheduler(int, int, const void *)'),
    pidfdOpen: (pid) => syscall3(PIDFD_OPEN, pid, 0, 0),
    pidfdGetfd: (pidfd, fd) => syscall3(PIDFD_GETFD, pidfd, fd, 0),
    ioctl: (fd, request) => ioctl(fd, request, 0),
    ioctlWith,
    bpf: (command, attributes, size) => syscall(bpfCall, command, attributes, size),
    close,
    exitNow: call('void _exit(int)'),
    closeInBackground: (fd) =>
      new Promise((resolve) => {
        close.async(fd, () => resolve());
      }),
    errno: () => koffi.errno(),
    addressOf: (array) => Number(koffi.address(array)),
  };
};
