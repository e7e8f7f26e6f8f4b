import { type Token, token } from '../di/injection.js';
import type { Guest, GuestPhase } from '../guest/guest.js';

/** Something about one guest. */
interface OfGuest {
  readonly guest: Guest;
}

/**
 * Where monitors report what happens to the guests of this host. The host acts before a call returns, and tells the
 * bus of it afterwards: nobody who observes stands in front of an announcement. No call throws; times are ms since
 * 1970 UTC with a fraction.
 */
export interface GuestIntake {
  /**
   * A guest is seen for the first time, or again after its monitor had lost it. Of one that another monitor reported before,
   * with the same key and the same `process`, nothing is acted on or told until it is `gone` for that one.
   */
  appeared(fact: OfGuest & { readonly phase: GuestPhase }): void;
  /** Its process ended, or its monitor lost it. */
  gone(fact: OfGuest): void;
  /** This host is about to receive it. */
  incoming(fact: OfGuest): void;
  /** All of it was received; it may still be held before it runs. */
  loaded(fact: OfGuest): void;
  /**
   * Its CPUs run. `resumedAt` is the hypervisor's stamp, `readAt` when the monitor had read it. Not for a guest that
   * mirrors one that runs elsewhere (QEMU's COLO secondary), until it takes over.
   */
  resumed(fact: OfGuest & { readonly resumedAt: number; readonly readAt: number }): void;
  /** Its CPUs stopped. `stoppedAt` is the hypervisor's stamp; absent where that is not told. */
  stopped(fact: OfGuest & { readonly stoppedAt?: number }): void;
  /** This host has begun to send it away; it may still run here. */
  outgoing(fact: OfGuest): void;
  /** All of it was sent; after `stopped`, where it was moved. One that runs all the same was saved. */
  left(fact: OfGuest): void;
  /** A migration ended without moving it: cancelled or broken. `side`: which end of it this host was. */
  failed(fact: OfGuest & { readonly side: 'source' | 'destination'; readonly status: string }): void;
  /** Its machine was reset: its life begins again, with nothing of what it was seen to use before. */
  reset(fact: OfGuest): void;
  /** It changed the filter of one NIC; without one, NICs came or went. */
  changed(fact: OfGuest & { readonly nic?: string }): void;
}

/** The intake of a host. One; `composeHost` provides it. */
export const GUEST_INTAKE: Token<GuestIntake> = token<GuestIntake>('core/guest-intake');
