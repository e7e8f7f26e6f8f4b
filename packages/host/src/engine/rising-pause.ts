const MOST_MS = 30_000;

/** How long to wait, ms, after what failed so often in a row, 1 and up: twice as long each time, at most 30 s. */
export const risingPause = (failures: number, firstMs = 1000): number =>
  Math.min(firstMs * 2 ** (failures - 1), MOST_MS);
