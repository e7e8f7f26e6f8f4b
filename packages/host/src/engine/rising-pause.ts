/** First pause, ms; twice as long each time. */
const FIRST_MS = 1000;
const MOST_MS = 30_000;

/** How long to wait, ms, after what failed so often in a row, 1 and up: 1 s, 2 s, 4 s, at most 30 s. */
export const risingPause = (failures: number): number => Math.min(FIRST_MS * 2 ** (failures - 1), MOST_MS);
