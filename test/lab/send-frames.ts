import { type PacketSocket, SendBatch } from '@nic-herald/linux-sys';

/** Hands frames to the kernel, all in one batch. */
export function sendFrames(socket: PacketSocket, frames: readonly Uint8Array[]): void {
  const starts = [0];
  for (const frame of frames) starts.push((starts.at(-1) ?? 0) + frame.length);
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  for (const [index, frame] of frames.entries()) bytes.set(frame, starts[index]);
  new SendBatch(socket, bytes, Uint32Array.from(starts)).send();
}
