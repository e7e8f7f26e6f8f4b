import type { Clock, Guest, HeraldError, MigrationEventBus } from '@nic-herald/core';
import { ToldLately } from '../facts/told-lately.js';

/** Tells of each problem of a guest once in a while. */
export class GuestWarnings {
  private readonly told: ToldLately;

  constructor(
    private readonly bus: MigrationEventBus,
    private readonly guest: Guest,
    clock: Clock,
  ) {
    this.told = new ToldLately(clock);
  }

  tell(warning: HeraldError): void {
    if (warning.code === 'HERALD_CANCELLED') return; // the guest is let go of: nothing is wrong with it
    if (!this.told.isNews(`${warning.code} ${warning.message}`)) return;
    this.bus.emit('warning', { warning, guest: this.guest });
  }
}
