import { flowOfProbe } from './probe-frame.js';
import type { Station } from './station.js';
import type { CapturedFrame } from './tap-receiver.js';

/** A station not reached at the destination's tap this long after RESUME is dark. */
export const darkAfterMs = 4000;

/** What is measured: a station, or a stream to a group. */
export type MeasuredFlow = Pick<Station, 'flow' | 'name' | 'mac' | 'vlan'>;

interface StationReturn {
  readonly station: MeasuredFlow;
  /** From RESUME to the first probe at the destination's tap; undefined = dark. */
  readonly afterMs: number | undefined;
}

export interface Measurement {
  readonly returns: readonly StationReturn[];
  readonly dark: number;
  /** When the last of those that came back was back; undefined when none did. */
  readonly lastBackMs: number | undefined;
}

/**
 * When each station was first reached at the destination, from the frames the network delivered to its taps; one that
 * was not within `limitMs` is dark.
 */
export function measure(
  stations: readonly Station[],
  frames: readonly CapturedFrame[],
  resumedAtMs: number,
  limitMs = darkAfterMs,
): Measurement {
  return returnsOf(stations, firstArrivals(stations, frames, resumedAtMs), resumedAtMs, limitMs);
}

/** The same from the moment of each flow's first arrival. */
export function returnsOf(
  flows: readonly MeasuredFlow[],
  first: ReadonlyMap<number, number>,
  resumedAtMs: number,
  limitMs = darkAfterMs,
): Measurement {
  const returns = flows.map((station): StationReturn => {
    const atMs = first.get(station.flow);
    const afterMs = atMs === undefined ? undefined : atMs - resumedAtMs;
    return { station, afterMs: afterMs !== undefined && afterMs <= limitMs ? afterMs : undefined };
  });
  const times = returns.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]));
  return {
    returns,
    dark: returns.length - times.length,
    lastBackMs: times.length === 0 ? undefined : Math.max(...times),
  };
}

/** First arrival of a probe per flow from `sinceMs` on; only frames with the station's own MAC and tag count. */
export function firstArrivals(
  stations: readonly Station[],
  frames: readonly CapturedFrame[],
  sinceMs: number,
): Map<number, number> {
  return firstOfEachFlow(frames, sinceMs, (bytes) => flowOfProbe(bytes, stations));
}

/** First arrival of each flow from `sinceMs` on; `flowOf` tells what frame belongs to which. */
export function firstOfEachFlow(
  frames: readonly CapturedFrame[],
  sinceMs: number,
  flowOf: (bytes: Uint8Array) => number | undefined,
): Map<number, number> {
  const first = new Map<number, number>();
  for (const { atMs, bytes } of frames) {
    if (atMs < sinceMs) continue;
    const flow = flowOf(bytes);
    if (flow !== undefined && !first.has(flow)) first.set(flow, atMs);
  }
  return first;
}

/** Of two moves of one guest the worse: more stations dark, then the last one back later. */
export function worstOf(one: Measurement, other: Measurement): Measurement {
  if (one.dark !== other.dark) return one.dark > other.dark ? one : other;
  return (one.lastBackMs ?? 0) >= (other.lastBackMs ?? 0) ? one : other;
}
