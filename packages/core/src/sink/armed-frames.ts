import type { MacAddress } from '@nic-herald/wire';
import type { ErrorCode } from '../herald-error.js';

/** How frames that lie ready are to leave when the hypervisor announces the guest, before any process hears of it. */
export interface ArmRequest {
  /**
   * The source of the hypervisor's own first frame, which sets them off: QEMU sends a RARP from the MAC that the card was made with
   * (QEMU, net/announce.c), some 60 us after the guest runs and never before. No other frame does.
   */
  readonly trigger: MacAddress;
  /** How many leading frames of the batch; 1 to all of them. */
  readonly count: number;
  /** How many leading frames of these leave without a grant: the first of primary stations. 0 to `count`. */
  readonly ungranted: number;
  /** So long the hypervisor may be held at this port by this, us. The guest waits meanwhile. 0 and up. */
  readonly holdUs: number;
  /**
   * What is armed at this port now, and is taken in the same breath: until then it may be set off. Where it was, nothing is
   * armed, and its `take` tells.
   */
  readonly instead?: ArmedFrames;
}

/** Why frames are not armed: they are sent as ever. */
export interface ArmRefusal {
  readonly code: ErrorCode;
  /** In words, with what to do where something can be done. */
  readonly refusal: string;
}

/** What became of armed frames. Nothing leaves after this is told. */
export type Taken =
  | {
      /** None left: the caller sends them. */
      readonly firedBy: 'agent';
    }
  | {
      readonly firedBy: 'kernel';
      /** So many of the leading frames left; the caller sends the others. */
      readonly sent: number;
      /** For so many frames a grant was drawn; what `sent` has beyond the ungranted ones came out of it. */
      readonly drawn: number;
      /** Why not all left, in words; absent where all did. */
      readonly shortfall?: string;
      /** When the first and the last of these left, as `Clock.now`. */
      readonly firedAt: number;
      readonly lastAt: number;
      /** The port lets nothing further at the moment: what left is to be sent again when it does. */
      readonly isLost: boolean;
    };

/** Frames that leave by themselves when they are set off, until they are taken. */
export interface ArmedFrames {
  /** Whether they were set off; changes nothing, and costs some microseconds. Never throws. */
  readonly isSetOff: boolean;
  /**
   * Takes them back: the guest runs, it does not come, or there is a newer plan. From then on the announcement is the caller's.
   * Where frames are leaving at this moment it waits for them, some milliseconds at most, and then stops the rest; it stops them at
   * once where they are `unwanted`, as when the guest stops. A second call gives the same answer. Never throws.
   */
  take(options?: { readonly unwanted?: boolean }): Taken;
}

/**
 * Frames that the kernel may send by itself for all armed batches of a sink together, beyond those that need no grant: so that many
 * guests that resume at once stay within the host's pace. What is lent and not drawn can be had back at any time.
 */
export interface FrameGrant {
  /** Lends so many frames more; gives how many of them it took, which may be fewer. Never throws. */
  lend(frames: number): number;
  /** Takes back all that is lent and was not drawn; gives for how many frames that is. Never throws. */
  reclaim(): number;
}
