/** Frames lying ready, one after another, in one buffer. */
export interface FrameBatch {
  readonly bytes: Uint8Array;
  /** Frame i is `bytes` from `starts[i]` up to `starts[i + 1]`; one more start than frames. */
  readonly starts: Uint32Array;
}

/** How many frames a batch holds. */
export const frameCount = (batch: FrameBatch): number => Math.max(0, batch.starts.length - 1);

/** The frames of a batch, in their order: views into its bytes. */
export const framesOf = ({ bytes, starts }: FrameBatch): readonly Uint8Array[] =>
  Array.from(starts.subarray(1), (end, frame) => bytes.subarray(starts[frame], end));
