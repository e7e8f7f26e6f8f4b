import { closeSync, readSync } from 'node:fs';
import koffi from 'koffi';
import { openTap } from './open-tap.js';

const library = koffi.load(null);
const write = library.func('intptr_t write(int, uintptr_t, size_t)') as (
  fd: number,
  address: number,
  length: number,
) => number;
const IFF_TAP_NO_PI = 0x1002;

/** The guest's end of a tap, opened as QEMU does, which gives the tap carrier. */
export class TapEnd {
  private readonly fd: number;

  constructor(name: string) {
    this.fd = openTap(name, IFF_TAP_NO_PI);
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
