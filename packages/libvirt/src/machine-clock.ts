import type { Clock } from '@nic-herald/core';

/** The machine's own clock, for who looks at libvirt without a host: `doctor`. */
export const machineClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
