/** How a store's call may be ended early: it then rejects, soon, whatever it waits for. */
export interface HandoffOptions {
  readonly signal: AbortSignal;
}
