import type { GuestRecipe } from './guest-recipe.js';

/** One migration to measure: QEMU alone first, then with nic-herald on both hosts. */
export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  readonly recipe: GuestRecipe;
  /** Stations that QEMU alone must leave dark, or the run proves nothing. */
  readonly darkWithQemuAlone: number;
  /** nic-herald must have the last station back earlier than QEMU alone has. */
  readonly mustBeEarlier?: boolean;
  /** The guest must answer ARP on each station after the migration. */
  readonly mustReply?: boolean;
}
