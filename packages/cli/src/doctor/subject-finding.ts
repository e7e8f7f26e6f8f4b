import type { Finding } from '@nic-herald/core';

/** A finding, and what it is about: a plugin, or a part of the machine. */
export interface SubjectFinding extends Finding {
  readonly subject: string;
}
