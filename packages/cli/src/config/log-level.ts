/** Log levels, pino's, from the most to the least chatty. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** How chatty the log is. */
export type LogLevel = (typeof LOG_LEVELS)[number];
