import { checked, libc } from './libc.js';

/** A clock that goes on by one tick at a time, and says so: clock_getres(2), time.h. */
const CLOCK_MONOTONIC_COARSE = 6;
const NS_PER_S = 1e9;

/** How long one of the kernel's ticks takes, ns: 1 s / CONFIG_HZ, by which it counts jiffies. Throws SystemCallError. */
export const tickLengthNs = (): number => {
  const resolution = new BigInt64Array(2); // struct timespec: seconds and nanoseconds
  checked(
    libc().clockGetres(CLOCK_MONOTONIC_COARSE, resolution),
    'clock_getres',
    'ask how long a tick takes',
  );
  return Number(resolution[0]) * NS_PER_S + Number(resolution[1]);
};
