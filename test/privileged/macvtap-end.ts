import { closeSync, mkdtempSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMacvtap } from './open-macvtap.js';

/** struct virtio_net_hdr, which stands before each frame unless TUNSETIFF says otherwise. */
const HEADER_BYTES = 10;

/** The guest's end of a macvtap, opened as QEMU does. */
export class MacvtapEnd {
  private readonly fd: number;

  constructor(name: string) {
    const directory = mkdtempSync(join(tmpdir(), 'nic-herald-macvtap-'));
    try {
      this.fd = openMacvtap(name, directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /** The next frame that came out. Waits for it. */
  read(): Uint8Array {
    const buffer = new Uint8Array(2048);
    return buffer.subarray(HEADER_BYTES, readSync(this.fd, buffer));
  }

  /** Sends one frame, as the guest would. */
  write(frame: Uint8Array): void {
    writeSync(this.fd, Buffer.concat([new Uint8Array(HEADER_BYTES), frame]));
  }

  close(): void {
    closeSync(this.fd);
  }
}
