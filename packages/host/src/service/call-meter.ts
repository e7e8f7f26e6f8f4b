import type { Clock } from '@nic-herald/core';
import type { CallStats } from '@nic-herald/core/internal';

/** What calls of a hand-off take, ms: a memory write, a disk, a file system far away, a deadline. */
const BOUNDS_MS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000] as const;

/** Counts calls of one sort, and how long they took. */
export class CallMeter {
  private calls = 0;
  private failures = 0;
  private totalMs = 0;
  /** Calls that took at most this bound, and longer than the one before. */
  private readonly counts = BOUNDS_MS.map(() => 0);

  get stats(): CallStats {
    const { calls, failures, totalMs, counts } = this;
    let sum = 0;
    const within = BOUNDS_MS.map((ms, index) => {
      sum += counts[index] ?? 0;
      return { ms, calls: sum };
    });
    return { calls, failures, totalMs, within };
  }

  note(tookMs: number, failed: boolean): void {
    this.calls += 1;
    this.failures += failed ? 1 : 0;
    this.totalMs += Math.max(0, tookMs);
    const index = BOUNDS_MS.findIndex((bound) => tookMs <= bound);
    if (index >= 0) this.counts[index] = (this.counts[index] ?? 0) + 1;
  }
}

/**
 * The same object, with the calls of these methods counted by their meters. Each is called as it would be; what it
 * returns is passed on untouched.
 */
export const metered = <T extends object>(
  target: T,
  meters: { readonly [Method in keyof T]?: CallMeter },
  clock: Pick<Clock, 'elapsed'>,
): T =>
  new Proxy(target, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name, of);
      if (typeof member !== 'function') return member;
      const meter = Object.hasOwn(meters, name) ? meters[name as keyof T] : undefined;
      return (...given: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, of, given);
        return meter === undefined ? call() : timed(call, meter, clock);
      };
    },
  });

const timed = (call: () => unknown, meter: CallMeter, clock: Pick<Clock, 'elapsed'>): unknown => {
  const since = clock.elapsed();
  const over = (failed: boolean) => (): void => meter.note(clock.elapsed() - since, failed);
  try {
    const result = call();
    Promise.resolve(result).then(over(false), over(true));
    return result;
  } catch (error) {
    over(true)();
    throw error;
  }
};
