/** A stable name of one kind of failure, listed with cause and remedy in `docs/errors.md`. */
export type ErrorCode = `HERALD_${string}`;

/** What an error is about, for logs and reports: `{ guest: 'web-1', nic: 'nic0', port: 'tap3' }`. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The one error class of nic-herald. Compare by `code`, never by `instanceof`: a plugin may carry its own
 * copy of this package.
 *
 * The message says what happened, to which guest, NIC or port, what was expected and found, and what to do;
 * `cause` holds the error beneath and is not repeated in the message.
 */
export class HeraldError extends Error {
  override readonly name = 'HeraldError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** True for a HeraldError of this or of another copy of the package. */
export const isHeraldError = (error: unknown): error is HeraldError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('HERALD_');

/**
 * Turns whatever was thrown into a HeraldError: one that already is passes unchanged, anything else becomes
 * the cause of a new one with the given code and message.
 */
export const asHeraldError = (
  thrown: unknown,
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
): HeraldError =>
  isHeraldError(thrown) ? thrown : new HeraldError(code, message, { cause: thrown, details });
