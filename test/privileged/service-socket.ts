import koffi from 'koffi';

const library = koffi.load(null);
const call = <F>(prototype: string): F => library.func(prototype) as F;
const socket = call<(domain: number, type: number, protocol: number) => number>('int socket(int, int, int)');
const bind = call<(fd: number, address: Uint8Array, length: number) => number>(
  'int bind(int, const void *, uint32_t)',
);
const recv = call<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
  'intptr_t recv(int, void *, size_t, int)',
);
const close = call<(fd: number) => number>('int close(int)');

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;

/** A datagram socket such as systemd gives a service to be told by. */
export class ServiceSocket {
  private readonly fd: number;

  /** `path` is where it is bound. */
  constructor(path: string) {
    this.fd = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    const address = new TextEncoder().encode(`\u0001\0${path}\0`);
    if (bind(this.fd, address, address.length) === 0) return;
    const errno = koffi.errno();
    this.close();
    throw new TypeError(`bind ${path}: errno ${errno}`);
  }

  /** The datagrams that came since the last time, oldest first. */
  received(): readonly string[] {
    const bytes = new Uint8Array(4096);
    const texts: string[] = [];
    for (;;) {
      const length = recv(this.fd, bytes, bytes.length, MSG_DONTWAIT);
      if (length < 0) return texts;
      texts.push(new TextDecoder().decode(bytes.subarray(0, length)));
    }
  }

  close(): void {
    close(this.fd);
  }
}
