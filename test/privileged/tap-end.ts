import { closeSync, openSync, readSync } from 'node:fs';
import koffi from 'koffi';

const library = koffi.load(null);
const ioctl = library.func('int ioctl(int, unsigned long, void *)') as (
  fd: number,
  request: number,
  argument: Uint8Array,
) => number;
const write = library.func('intptr_t write(int, uintptr_t, size_t)') as (
  fd: number,
  address: number,
  length: number,
) => number;
const TUNSETIFF = 0x400454ca;
const IFF_TAP_NO_PI = 0x1002;

/** The guest's end of a tap, opened as QEMU does, which gives the tap carrier. */
export class TapEnd {
  private readonly fd: number;

  constructor(name: string) {
    this.fd = openSync('/dev/net/tun', 'r+');
    const request = new Uint8Array(40);
    new TextEncoder().encodeInto(name, request);
    new DataView(request.buffer).setUint16(16, IFF_TAP_NO_PI, true);
    if (ioctl(this.fd, TUNSETIFF, request) !== 0) {
      throw new TypeError(`TUNSETIFF ${name}: errno ${koffi.errno()}`);
    }
  }

  /** The next frame that came out. Waits for it. */
  read(): Uint8Array {
    const buffer = new Uint8Array(2048);
    return buffer.subarray(0, readSync(this.fd, buffer));
  }

  /** Sends frames of one length, laid one after another, as the guest would. Those from `first` on, `count` of them. */
  write(frames: Uint8Array, length: number, first = 0, count = frames.length / length - first): void {
    const address = Number(koffi.address(frames));
    for (let index = first; index < first + count; index++) {
      if (write(this.fd, address + index * length, length) !== length) {
        throw new TypeError(`writing to the tap: errno ${koffi.errno()}`);
      }
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
