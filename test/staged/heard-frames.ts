import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEthernet, isDecodeError } from '@nic-herald/wire';
import { addressClaimOf, claimKey } from '../lab/address-claim.js';
import { stationKey } from '../lab/station.js';
import { type CapturedFrame, captureDelayMs, type TapReceiver } from '../lab/tap-receiver.js';

const rarp = 0x8035;

/** A frame that left a host by its uplink. */
export interface HeardFrame {
  readonly atMs: number;
  /** The station it claims to come from. */
  readonly station: string;
  readonly isRarp: boolean;
  /** What it says of an IP address, unasked: `52:54:00:00:00:01 has 192.0.2.1`. */
  readonly claim?: string;
}

/** Reads captured frames; what is no Ethernet frame is left out. */
function heardFrames(frames: readonly CapturedFrame[]): HeardFrame[] {
  return frames.flatMap(({ atMs, bytes }): HeardFrame[] => {
    const frame = decodeEthernet(bytes);
    if (isDecodeError(frame)) return [];
    const station = stationKey(frame.source, frame.tags[0]?.id);
    if (frame.etherType === rarp) return [{ atMs, station, isRarp: true }];
    const claim = addressClaimOf(bytes);
    return [{ atMs, station, isRarp: false, ...(claim === undefined ? {} : { claim: claimKey(claim) }) }];
  });
}

/** What left by an uplink from a moment on, as far as it is in the capture by now. */
export async function heardSince(uplink: TapReceiver, sinceMs: number): Promise<HeardFrame[]> {
  await sleep(captureDelayMs);
  return heardFrames(await uplink.frames()).filter(({ atMs }) => atMs >= sinceMs);
}

/** Each thing once. */
const distinct = (things: readonly string[]): string[] => [...new Set(things)];

/** Stations heard, each once. */
export const stationsOf = (heard: readonly HeardFrame[]): string[] =>
  distinct(heard.map(({ station }) => station));

/** Claims heard, each once. */
export const claimsOf = (heard: readonly HeardFrame[]): string[] =>
  distinct(heard.flatMap(({ claim }) => (claim === undefined ? [] : [claim])));

/** Anything heard is a fault. */
export function silenceFaults(heard: readonly HeardFrame[], where: string): string[] {
  if (heard.length === 0) return [];
  const said = [...stationsOf(heard), ...claimsOf(heard)].slice(0, 8).join(', ');
  return [`${where}: ${heard.length} frames, where none may be: ${said}`];
}

/** Each station that was to be heard and was not, as a fault. */
export function missingFaults(
  heard: readonly HeardFrame[],
  wanted: readonly string[],
  where: string,
): string[] {
  const stations = new Set(stationsOf(heard));
  return wanted
    .filter((station) => !stations.has(station))
    .map((station) => `${where}: ${station} was not heard`);
}

/** Each station or claim that was heard and is none of those, as a fault. */
export function strayFaults(
  heard: readonly HeardFrame[],
  allowed: readonly string[],
  where: string,
): string[] {
  const said = [...stationsOf(heard), ...claimsOf(heard)];
  return said
    .filter((each) => !allowed.includes(each))
    .map((each) => `${where}: ${each} was heard, and must not be`);
}
