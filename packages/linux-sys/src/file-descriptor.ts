import { checked, libc } from './libc.js';

/** An open file descriptor, closed once and never used after: -1 stands in its place, which every call refuses. */
export class FileDescriptor {
  private current: number;

  constructor(fd: number) {
    this.current = fd;
  }

  /** Opens a socket that child processes do not inherit. Throws SystemCallError. */
  static socket(domain: number, type: number, protocol: number, purpose: string): FileDescriptor {
    return new FileDescriptor(
      checked(libc().socket(domain, type | SOCK_CLOEXEC, protocol), 'socket', purpose),
    );
  }

  /** The number, or -1 once closed. */
  get number(): number {
    return this.current;
  }

  /** Runs the steps that make a new descriptor usable; closes it where one of them throws. */
  prepared(steps: (fd: number) => void): this {
    try {
      steps(this.current);
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes it; again does nothing. On Linux the descriptor is gone whatever close(2) says. */
  close(): void {
    if (this.current < 0) return;
    const fd = this.current;
    this.current = -1;
    libc().close(fd);
  }

  /** Closes it without holding up the event loop: its number is -1 at once, the kernel may take its time. */
  async closeInBackground(): Promise<void> {
    if (this.current < 0) return;
    const fd = this.current;
    this.current = -1;
    await libc().closeInBackground(fd);
  }
}

const SOCK_CLOEXEC = 0o2000000;
