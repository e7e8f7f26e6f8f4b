import type { FrameChannel, PreparedBatch } from '@nic-herald/core';

/**
 * A shared channel as one companion has it: nothing leaves through it once `isShut` says so, or it was closed. The
 * channel itself stays open for those who share it.
 */
export const guardedChannel = (channel: FrameChannel, isShut: () => boolean): FrameChannel => {
  let isClosed = false;
  return {
    prepare: (batch): PreparedBatch => {
      const prepared = channel.prepare(batch);
      return {
        send: (first, count) => {
          if (isClosed) return { accepted: 0, failure: 'the channel is closed' };
          return isShut()
            ? { accepted: 0, failure: 'the announcement is over' }
            : prepared.send(first, count);
        },
      };
    },
    health: (options) => channel.health(options),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
};
