import type { Clock } from '@nic-herald/core';
import type { CommandOptions } from '@nic-herald/qmp';
import type { DomainDescription } from './domain-xml.js';

/** How long it is believed, ms: libvirt tells of NICs that come and go, and not of one that moves to another bridge. */
const KEPT_MS = 60_000;

/**
 * The description of a domain, asked for again where it may have changed. Cards that cannot tell of changes are looked at
 * every few seconds, and each look begins with the list of NICs.
 */
export class KnownDescription {
  private known: { readonly at: number; readonly description: DomainDescription } | undefined;
  private turn = 0;

  constructor(
    private readonly clock: Clock,
    private readonly ask: (options: CommandOptions) => Promise<DomainDescription>,
  ) {}

  /** As it is now, as far as is known. Rejects with what `ask` rejects with. */
  async now(options: CommandOptions): Promise<DomainDescription> {
    const { known, turn, clock } = this;
    const at = clock.elapsed();
    if (known !== undefined && at - known.at < KEPT_MS) return known.description;
    const description = await this.ask(options);
    if (turn === this.turn) this.known = { at, description };
    return description;
  }

  /** It has changed. What is being asked may be older than that, and is not kept. */
  forget(): void {
    this.turn += 1;
    this.known = undefined;
  }
}
