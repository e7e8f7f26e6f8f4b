/** How much is drawn, ms after RESUME. */
export const TIMELINE_MS = 1000;
/** In how many cells, one column each. */
export const TIMELINE_CELLS = 20;

const CELL_MS = TIMELINE_MS / TIMELINE_CELLS;

/** The row of one station: the cells in which it is dark, and those from its return on. */
export const stationTimeline = (
  backAfterMs: number | undefined,
): { readonly before: string; readonly after: string } => {
  const dark =
    backAfterMs === undefined ? TIMELINE_CELLS : Math.min(TIMELINE_CELLS, Math.floor(backAfterMs / CELL_MS));
  const lit = TIMELINE_CELLS - dark;
  return { before: '·'.repeat(dark), after: lit === 0 ? '' : `●${'━'.repeat(lit - 1)}` };
};

/** A row with a mark in each cell in which something was announced. */
export const announcementTicks = (announcedAtMs: readonly number[]): string => {
  const cells = new Set(announcedAtMs.map((ms) => Math.floor(ms / CELL_MS)));
  return Array.from({ length: TIMELINE_CELLS }, (_, cell) => (cells.has(cell) ? '▾' : ' ')).join('');
};
