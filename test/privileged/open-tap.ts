import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const library = koffi.load(null);
const ioctl = library.func('int ioctl(int, unsigned long, void *)') as (
  fd: number,
  request: number,
  argument: Uint8Array,
) => number;
const TUNSETIFF = 0x400454ca;

/** Opens one queue of a tap, as a hypervisor does; `flags` are those of TUNSETIFF (linux/if_tun.h). Gives the descriptor. */
export const openTap = (name: string, flags: number): number => {
  const fd = openSync('/dev/net/tun', 'r+');
  const request = new Uint8Array(40);
  new TextEncoder().encodeInto(name, request);
  new DataView(request.buffer).setUint16(16, flags, true);
  if (ioctl(fd, TUNSETIFF, request) === 0) return fd;
  const errno = koffi.errno();
  closeSync(fd);
  throw new TypeError(`TUNSETIFF ${name}: errno ${errno}`);
};
