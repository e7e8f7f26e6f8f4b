import type { FrameBatch } from '@nic-herald/core';

/** Frames in hexadecimal as one batch. */
export const batchOfHex = (frames: readonly string[]): FrameBatch => {
  const bytes = frames.map((frame) => Buffer.from(frame, 'hex'));
  const starts = Uint32Array.from({ length: frames.length + 1 }, (_, index) =>
    bytes.slice(0, index).reduce((sum, frame) => sum + frame.length, 0),
  );
  return { bytes: new Uint8Array(Buffer.concat(bytes)), starts };
};
