import { loadRecording, recordingNames } from '@nic-herald/testkit';
import { EXIT } from '../exit-code.js';
import { type DemoGuest, darkOf, demoGuest } from './demo-guest.js';
import { migrateRecording } from './migrate-recording.js';
import { DemoRenderer } from './render-demo.js';

/** What `nic-herald demo` is told. */
export interface DemoOptions {
  /** Print the results as JSON instead of drawing them. */
  readonly json: boolean;
  /** Takes the output, piece by piece. */
  readonly write: (text: string) => void;
  /** Whether to colour it; default: when standard output is a terminal and NO_COLOR is not set. */
  readonly color?: boolean;
}

const SCALE = { probeEveryMs: 1, watchMs: 4000 };

/**
 * Migrates every recorded guest on a fabric in memory, with QEMU alone and with nic-herald, and prints what a
 * peer on the network saw. Guests keep quiet; where that leaves stations dark with nic-herald, the guest is
 * migrated once more after it spoke, so that they could be learned. Every number was measured in this run. Resolves with the exit status.
 */
export const runDemo = async ({ color = mayColor(), json, write }: DemoOptions): Promise<number> => {
  const names = recordingNames();
  const renderer = new DemoRenderer(color, SCALE);
  if (!json) write(renderer.opening(names.length));
  const guests: DemoGuest[] = [];
  for (const name of names) {
    const recording = loadRecording(name);
    const alone = await migrateRecording(recording, 'none', SCALE);
    const quiet = await migrateRecording(recording, 'nic-herald', SCALE);
    const spoken =
      darkOf(quiet) === 0
        ? undefined
        : await migrateRecording(recording, 'nic-herald', { ...SCALE, guestSpeaks: true });
    const guest = demoGuest(recording, alone, quiet, spoken);
    guests.push(guest);
    if (!json) write(renderer.guest(guest));
  }
  write(json ? `${JSON.stringify({ guests }, undefined, 2)}\n` : renderer.closing(guests));
  return EXIT.ok;
};

const mayColor = (): boolean => {
  const { NO_COLOR = '' } = process.env;
  return process.stdout.isTTY && NO_COLOR === '';
};
