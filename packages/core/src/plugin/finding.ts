import type { ErrorCode } from '../herald-error.js';

/** One thing that a plugin found out about this machine. */
export interface Finding {
  /** `problem`: something will not be announced until it is mended. `note`: good to know. */
  readonly level: 'ok' | 'note' | 'problem';
  /** What was found, in words, without the plugin's name. */
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The code with which an agent would say so. */
  readonly code?: ErrorCode;
}

/** What a plugin is given to look around with. */
export interface DiagnoseContext {
  /** Aborts at the deadline, 5 s after the call: what is not found out by then is given up. */
  readonly signal: AbortSignal;
  /** The name of this host, as an agent would have it. Absent: whoever asks does not know it. */
  readonly host?: string;
}
