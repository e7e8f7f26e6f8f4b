import { isHeraldError } from '@nic-herald/core';
import type { Logger } from 'pino';

/**
 * Takes what is rejected anywhere in this process and nobody waits for, a plugin's own work above all: it is logged as
 * HERALD_UNHANDLED, and the agent goes on for its other guests. Returns the way to stop.
 */
export const ownRejections = (logger: Logger): (() => void) => {
  const take = (error: unknown): void => {
    const fields = isHeraldError(error) ? { failedCode: error.code } : {};
    logger.error(
      { code: 'HERALD_UNHANDLED', ...fields, err: error },
      'work that nobody waited for failed; the agent goes on',
    );
  };
  process.on('unhandledRejection', take);
  return () => process.off('unhandledRejection', take);
};
