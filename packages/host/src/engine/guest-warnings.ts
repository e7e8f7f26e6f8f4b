import type { Guest, HeraldError, MigrationEventBus } from '@nic-herald/core';

/** Most different warnings told of one guest: a guest must not be able to fill the log. */
const MAX_TOLD = 256;

/** Tells of each problem of a guest once for as long as it is here. */
export class GuestWarnings {
  private readonly told = new Set<string>();

  constructor(
    private readonly bus: MigrationEventBus,
    private readonly guest: Guest,
  ) {}

  tell(warning: HeraldError): void {
    const seen = `${warning.code} ${warning.message}`;
    if (this.told.has(seen) || this.told.size >= MAX_TOLD) return;
    this.told.add(seen);
    this.bus.emit('warning', { warning, guest: this.guest });
  }
}
