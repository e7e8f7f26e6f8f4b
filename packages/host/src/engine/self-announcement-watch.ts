import {
  type ArmRefusal,
  type Clock,
  type ErrorCode,
  type Guest,
  messageOf,
  type SelfAnnouncement,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { CAPTURE_DEADLINE_MS } from '../knowledge/read-nic.js';

const REFUSALS: Readonly<Record<Exclude<SelfAnnouncement, 'guest'>, readonly [ErrorCode, string]>> = {
  nothing: [
    'HERALD_TRIGGER_UNAVAILABLE',
    'its hypervisor does not announce it (announce-rounds is 0), so nothing would set it off',
  ],
  'perhaps-a-mirror': ['HERALD_TRIGGER_REFUSED', 'it may come to mirror a guest that runs elsewhere'],
};

/**
 * What the hypervisor of a guest that is awaited will announce by itself. What is armed for the guest leaves at that frame: so
 * nothing may be armed where there is none, where it may be another's, or where the hypervisor does not say.
 */
export class SelfAnnouncementWatch {
  private found: ArmRefusal | undefined;

  constructor(
    private readonly guest: Pick<Guest, 'selfAnnouncement'>,
    private readonly clock: Clock,
  ) {}

  /** Why nothing may be armed, by the last look; absent: something may be. */
  get refusal(): ArmRefusal | undefined {
    return this.found;
  }

  /** Asks the guest. Never rejects. */
  async look(outer: AbortSignal): Promise<void> {
    const { clock, guest } = this;
    if (guest.selfAnnouncement === undefined) return;
    const what = 'asking what the hypervisor announces by itself';
    const ask = async (signal: AbortSignal) => guest.selfAnnouncement?.({ signal });
    try {
      this.found = refusalOf(await withDeadline(clock, CAPTURE_DEADLINE_MS, what, ask, outer));
    } catch (error) {
      this.found = unsaid(messageOf(error));
    }
  }
}

/** A monitor is another's code: what makes no sense is no answer. */
const refusalOf = (told: SelfAnnouncement | undefined): ArmRefusal | undefined => {
  if (told === 'guest') return undefined;
  const known = told && Object.hasOwn(REFUSALS, told) ? REFUSALS[told] : undefined;
  return known === undefined ? unsaid(`it said ${String(told)}`) : { code: known[0], refusal: known[1] };
};

const unsaid = (why: string): ArmRefusal => ({
  code: 'HERALD_TRIGGER_REFUSED',
  refusal: `its hypervisor does not say what it announces by itself: ${why}`,
});
