/** Longest wait for a domain's process once the rest of it is known, ms: of a guest that may run any moment, and of another. */
const HURRIED_MS = 20;
const PATIENT_MS = 1000;

/**
 * How long the introduction of a domain waits for its process, which is usually known at once. `comesIn`: the guest is on the
 * way, and only its port needs the process, which may be told later.
 */
export const processWaitMs = (comesIn: boolean): number => (comesIn ? HURRIED_MS : PATIENT_MS);
