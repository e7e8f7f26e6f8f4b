import type { ErrorCode } from '@nic-herald/core';

/** What is served, as errors say it. */
export interface LocalPurpose {
  /** `the control socket`. */
  readonly what: string;
  /** Who else may be there: `another agent`. */
  readonly rival: string;
  /** How to give another place: `--control`. */
  readonly option: string;
  /** How to give another place to one of two: `another --host or --control`. Default: `another` and `option`. */
  readonly apart?: string;
  readonly codes: {
    /** Somebody answers there. */
    readonly busy: ErrorCode;
    /** Nobody can listen there. */
    readonly path: ErrorCode;
    /** The directory of the socket is not safe. */
    readonly directory: ErrorCode;
  };
}
