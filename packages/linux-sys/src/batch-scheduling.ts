import { libc } from './libc.js';

// sched(7), linux/sched.h
const SCHED_OTHER = 0;
const SCHED_BATCH = 3;
/** The calling thread: of Node.js the one that runs JavaScript. Its other threads stay as they are. */
const THIS_THREAD = 0;
/** struct sched_param: both policies know the priority 0 alone. */
const PRIORITY = new Uint8Array(4);

/**
 * The scheduling policy SCHED_BATCH for the thread that runs JavaScript: when it is woken, it does not take the CPU from the
 * thread that woke it, and waits until that one sleeps or its time is over. That needs no privilege. A thread whose policy
 * somebody has chosen keeps it, and so does one where the kernel or a filter of system calls refuses.
 */
export class BatchScheduling {
  private isOn = false;

  begin(): void {
    if (!this.isOn) this.isOn = changed(SCHED_OTHER, SCHED_BATCH);
  }

  end(): void {
    if (this.isOn) changed(SCHED_BATCH, SCHED_OTHER);
    this.isOn = false;
  }
}

/** Whether the policy was `from` and is `to` now. */
const changed = (from: number, to: number): boolean =>
  libc().schedGetscheduler(THIS_THREAD) === from && libc().schedSetscheduler(THIS_THREAD, to, PRIORITY) === 0;
