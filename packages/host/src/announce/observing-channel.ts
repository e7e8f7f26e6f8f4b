import type { FrameChannel, PreparedBatch } from '@nic-herald/core';

/**
 * The channel of a guest that is only observed: all that is given to it ends here. The sink is not even shown the
 * frames, so that no fault of it can send them. The port is looked at as ever: would they have left?
 */
export const observingChannel = (channel: FrameChannel): FrameChannel => ({
  prepare: () => DROPPED,
  health: (options) => channel.health(options),
  close: () => channel.close(),
});

/** Nothing was taken, and nothing refused. */
const DROPPED: PreparedBatch = { send: () => ({ accepted: 0 }) };
