import { isHeraldError } from '@nic-herald/core';
import type { ComposedHost } from '@nic-herald/host';
import type { Logger } from 'pino';

/** Closes a host and logs each part that failed to. False where there was one: it may hold the process open. */
export const closeHost = async (host: Pick<ComposedHost, 'close'>, logger: Logger): Promise<boolean> => {
  try {
    await host.close();
    return true;
  } catch (error) {
    const failed: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    for (const each of failed) {
      const code = isHeraldError(each) ? each.code : undefined;
      logger.error({ code, err: each }, 'a part of the agent did not close');
    }
    return false;
  }
};
