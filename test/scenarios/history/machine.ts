import type { CardContent } from './card-content.js';
import type { Life } from './life.js';
import { MachineTraits } from './machine-traits.js';
import type { VmProcess } from './vm-process.js';

/** A virtual machine, and where it is. */
export class Machine extends MachineTraits {
  /** Since its last boot; absent before its first. */
  life: Life | undefined;
  /** Where it is; absent while it is off. */
  process: VmProcess | undefined;
  /** Where it is being sent. */
  destination: VmProcess | undefined;
  /** What its card listed when it was off last. */
  lastCard: CardContent = this.cardOf(0);
}
