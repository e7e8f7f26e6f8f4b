import { checked, libc } from './libc.js';

/** Socket level and options as on x86-64, arm64, riscv64 and loongarch64 (asm-generic/socket.h). */
export const SOL_SOCKET = 1;
/** Socket options by their numbers on Linux (socket(7)); the same on every machine supported here. */
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_PEERCRED = 17;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;
export const SO_MARK = 36;
export const SO_ATTACH_BPF = 50;

/** Sets a 32-bit option. Throws SystemCallError. */
export const setNumberOption = (
  fd: number,
  level: number,
  option: number,
  value: number,
  purpose: string,
): void => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  checked(libc().setsockopt(fd, level, option, bytes, bytes.length), 'setsockopt', purpose);
};

/** Sets SO_RCVTIMEO or SO_SNDTIMEO; 0 ms would mean for ever. Throws SystemCallError. */
export const setTimeoutOption = (fd: number, option: number, timeoutMs: number, purpose: string): void => {
  const bytes = new Uint8Array(16); // struct timeval: seconds, microseconds
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(Math.floor(timeoutMs / 1000)), true);
  view.setBigInt64(8, BigInt(Math.round((timeoutMs % 1000) * 1000)), true);
  checked(libc().setsockopt(fd, SOL_SOCKET, option, bytes, bytes.length), 'setsockopt', purpose);
};
