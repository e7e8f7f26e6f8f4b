/** Where a guest can run: one of the places of a host, at a tap of its own, with one life of the guest after another. */
export interface Seat {
  /** A process of the guest begins: the guest runs in it, or it waits for the guest. */
  begins(as: 'running' | 'awaited'): Promise<void>;
  /** That process ends. */
  ends(): Promise<void>;
  /** Waits until the agent makes something ready for the guest, or for a while. */
  isAwaited(): Promise<void>;
  beginsToLeave(): Promise<void>;
  stops(): Promise<void>;
  /** All of it was sent. */
  left(): Promise<void>;
  /** All of it has come, and it runs. Gives the stamp of its RESUME, ms since 1970 UTC. */
  arrives(): Promise<number>;
  /** It sends these frames. */
  speaks(frames: readonly Uint8Array[]): Promise<void>;
  /** Tells that the filter of its card has changed. */
  filterChanged(): Promise<void>;
}
