import { asHeraldError, type Clock, type FrameChannel, HeraldError, messageOf } from '@nic-herald/core';
import { withDeadline } from './deadline.js';

/** How long a look at a port may take, ms. */
const HEALTH_DEADLINE_MS = 2000;

/** Why frames of this NIC would not reach the network now; `undefined` where they would. Never rejects. */
export const channelProblem = async (
  nic: string,
  channel: FrameChannel,
  clock: Clock,
): Promise<HeraldError | undefined> => {
  try {
    const what = `looking at the port of ${nic}`;
    const health = await withDeadline(clock, HEALTH_DEADLINE_MS, what, (signal) =>
      channel.health({ signal }),
    );
    return health.ready
      ? undefined
      : new HeraldError(health.code, `${nic}: ${health.message}`, { details: { nic } });
  } catch (error) {
    const words = messageOf(error);
    return asHeraldError(error, 'HERALD_SINK_FAULT', `${nic}: its port could not be looked at: ${words}`, {
      nic,
    });
  }
};
