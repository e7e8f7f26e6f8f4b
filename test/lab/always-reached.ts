import type { ArrivalWatch } from './guest-move.js';
import { flowOfProbe } from './probe-frame.js';
import { type Station, stationKey } from './station.js';

/** How often each station is looked for: within this time some of its probes must have come. */
const sliceMs = 500;

/**
 * When the probes of a guest that stays where it is did not arrive there, station by station, as faults; times count from
 * `fromMs`, which `when` names.
 */
export async function unreachedTimes(
  watch: ArrivalWatch,
  fromMs: number,
  untilMs: number,
  { whose, when }: { readonly whose: string; readonly when: string },
): Promise<string[]> {
  const slices = Math.floor((untilMs - fromMs) / sliceMs);
  const reached = new Set<string>();
  for (const { atMs, bytes } of (await Promise.all(watch.taps.map((tap) => tap.frames()))).flat()) {
    const flow = flowOfProbe(bytes, watch.stations);
    if (flow !== undefined) reached.add(`${flow} ${Math.floor((atMs - fromMs) / sliceMs)}`);
  }
  return watch.stations.flatMap((station) => {
    const missed = Array.from({ length: slices }, (_, slice) => slice).filter(
      (slice) => !reached.has(`${station.flow} ${slice}`),
    );
    return missed.length === 0 ? [] : [told(station, watch.host, whose, missed, slices, when)];
  });
}

function told(
  { name, mac, vlan }: Station,
  host: string,
  whose: string,
  missed: readonly number[],
  slices: number,
  when: string,
): string {
  const first = ((missed[0] ?? 0) * sliceMs) / 1000;
  const station = `${name} (${stationKey(mac, vlan)})`;
  const often = `in ${missed.length} of ${slices} half seconds, first ${first} s after ${when}`;
  return `${whose} was not reached on ${host} at ${station} ${often}`;
}
