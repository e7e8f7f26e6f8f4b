/** The system's name of an error of a file operation: `ENOENT`, `EACCES`. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
