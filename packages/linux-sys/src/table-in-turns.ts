import type { BridgeEntry } from './bridge.js';
import { Turn } from './turn.js';

/** Most entries of a table that are read: a switch of this size would be a big one. */
const MAX_ENTRIES = 262_144;

/**
 * A bridge's table (`tableOfBridge`, `tableOfPort`) part by part, read in short turns of the event loop; it ends with the part that has
 * the 262 144th entry. `turn` is the one that other work of the caller takes, too. Rejects with SystemCallError.
 */
export async function* tableInTurns(
  table: Iterable<readonly BridgeEntry[]>,
  turn = new Turn(),
): AsyncGenerator<readonly BridgeEntry[], void, undefined> {
  let count = 0;
  for (const part of table) {
    yield part;
    count += part.length;
    if (count >= MAX_ENTRIES) break;
    await turn.rest();
  }
}
