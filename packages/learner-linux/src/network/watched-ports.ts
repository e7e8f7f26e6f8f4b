import type { LinkInfo } from '@nic-herald/linux-sys';
import { isUplink } from './host-interfaces.js';

/** Most ports of a bridge that are watched. */
export const MAX_WATCHED_PORTS = 64;
/** A tap is most often a guest's that is asked about at once: only one that nobody asked about for so long is watched, ms. */
const TAP_SETTLES_MS = 1000;

/**
 * The numbers of the ports to watch: all but those of guests, which have learners of their own; uplinks first. `knownSince`
 * says when each port was first seen.
 */
export const portsToWatch = (
  ports: readonly LinkInfo[],
  guestPorts: { has(index: number): boolean },
  knownSince: ReadonlyMap<number, number>,
  nowMs: number,
): ReadonlySet<number> => {
  const hasSettled = ({ index }: LinkInfo): boolean =>
    nowMs - (knownSince.get(index) ?? nowMs) >= TAP_SETTLES_MS;
  const wanted = ports.filter((port) => !guestPorts.has(port.index) && (isUplink(port) || hasSettled(port)));
  const byUse = wanted.toSorted((a, b) => Number(isUplink(b)) - Number(isUplink(a)) || a.index - b.index);
  return new Set(byUse.slice(0, MAX_WATCHED_PORTS).map(({ index }) => index));
};
