/** What a hypervisor is held by a copy of its frame and by all that follows, whatever is made of it, us. */
const OVERHEAD_US = 15;
/** Making a frame takes a little less than what the host's network then does with it, which the hypervisor waits for, too. */
const MAKING_SHARE = 0.45;
/**
 * Where another CPU goes on, the hypervisor is held for no longer than this, us: enough for the first stations, and the last frame comes
 * no later for it.
 */
export const HOLD_BEFORE_OTHERS_US = 25;

/**
 * For how long frames may be made at once where the hypervisor may be held for so long, ns. By time and not by number, for a slow
 * machine makes fewer in it.
 */
export const makingTimeNs = (holdUs: number): number =>
  Math.round(Math.min(1_000_000, Math.max(0, holdUs - OVERHEAD_US) * MAKING_SHARE * 1000));
