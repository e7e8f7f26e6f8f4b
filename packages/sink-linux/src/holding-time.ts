/**
 * What a hypervisor is held by a copy of its frame, by handing it on, and by the first frame that is made of it going through a bridge of
 * a dozen ports, us. Who may be held for less makes none here.
 */
const OVERHEAD_US = 35;
/** Making a frame takes a little less than what the host's network then does with it, which the hypervisor waits for, too. */
const MAKING_SHARE = 0.45;
/**
 * Where another CPU goes on, the hypervisor is held for no longer than this, us: enough for the first stations, and the last frame comes
 * no later for it.
 */
export const HOLD_BEFORE_OTHERS_US = 45;

/**
 * For how long frames may be made at once where the hypervisor may be held for so long, ns. By time and not by number, for a slow
 * machine makes fewer in it.
 */
export const makingTimeNs = (holdUs: number): number =>
  Math.round(Math.min(1_000_000, Math.max(0, holdUs - OVERHEAD_US) * MAKING_SHARE * 1000));
