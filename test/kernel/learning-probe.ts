import { setTimeout as sleep } from 'node:timers/promises';
import { MacAddress } from '@nic-herald/wire';
import { type Entry, entryOf, type HandoffPlace } from '../staged/handoff-files.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import { gratuitousArp } from '../staged/spoken-frames.js';

/** A MAC at a guest's port, and when it spoke for the first time. */
export interface Spoken {
  readonly mac: MacAddress;
  /** Since the change. */
  readonly afterMs: number;
}

const everyMs = 200;
/** Somewhat longer than learning may be away: the last that speaks must be learned. */
const speakMs = 3400;
/** How long the agent may take to hand over what it learned: it looks at a port every 10 s. */
const publishMs = 15_000;
/** How often it is told that the card has changed, which makes it look at once: an emulated processor takes a second. */
const lookEveryMs = 3000;

/** New MACs of a guest speak from now on, one every 200 ms for 3.4 s. */
export async function speakAnew(qemu: PlayedQemu, prefix: string): Promise<readonly Spoken[]> {
  const changedAt = performance.now();
  const spoken: Spoken[] = [];
  for (;;) {
    const afterMs = performance.now() - changedAt;
    if (afterMs > speakMs) return spoken;
    const mac = MacAddress.of(`${prefix}:${spoken.length.toString(16).padStart(2, '0')}`);
    spoken.push({ mac, afterMs });
    // Twice: a limit may drop one.
    const frame = gratuitousArp(mac, '192.0.2.9');
    await qemu.speaks([frame, frame]);
    await sleep(everyMs);
  }
}

/** The MACs that A hands over as learned: when the last that spoke is among them, or when it had time enough. */
export async function handedOver(
  place: HandoffPlace,
  guest: string,
  qemu: PlayedQemu,
  spoken: readonly Spoken[],
): Promise<ReadonlySet<string>> {
  const last = spoken.at(-1)?.mac ?? '';
  const deadline = performance.now() + publishMs;
  let lookAt = 0;
  for (;;) {
    const seen = new Set(learnedOf(await entryOf(place, guest, 'A')));
    if (seen.has(last) || performance.now() > deadline) return seen;
    if (performance.now() > lookAt) {
      lookAt = performance.now() + lookEveryMs;
      await qemu.filterChanged();
    }
    await sleep(200);
  }
}

/** From when on all that spoke were seen; undefined where the last was not. */
export function backFrom(spoken: readonly Spoken[], seen: ReadonlySet<string>): number | undefined {
  const lastMissed = spoken.findLastIndex(({ mac }) => !seen.has(mac));
  return spoken[lastMissed + 1]?.afterMs;
}

/** The MACs that an entry says were learned. */
const learnedOf = (entry: Entry | undefined): string[] =>
  entry?.nics.flatMap(({ learned }) => learned.map(({ station }) => station.mac)) ?? [];
