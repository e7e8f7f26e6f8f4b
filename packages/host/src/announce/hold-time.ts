/** The hypervisor may be held so long before a guest runs, for up to so many NICs, us; and so long for each further one. */
const HOLD_US = 100;
const NICS_IN_IT = 4;
const FURTHER_NIC_US = 25;

/**
 * For how long the hypervisor may be held at each port of a guest that has so many NICs, 1 and up, us. It announces one after the other
 * before the guest's CPUs start: all of it is the guest's downtime.
 */
export const holdTimeUs = (nics: number): number =>
  (HOLD_US + FURTHER_NIC_US * Math.max(0, nics - NICS_IN_IT)) / nics;
