import type { HeraldHost } from '@nic-herald/core';

/** A host as the program that composed it has it: the host that its plugins see, and the way to end it. */
export interface ComposedHost extends HeraldHost {
  /**
   * Stops everything in the reverse order of its start, but for the services, which hear the last facts first. Always
   * settles: what does not close in time is given up. Errors are collected in an AggregateError.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
