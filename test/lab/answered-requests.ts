import { setTimeout as sleep } from 'node:timers/promises';
import type { LabRig } from './lab-rig.js';
import { askerAddress, askerOfAnswer } from './probe-frame.js';
import type { Station } from './station.js';
import { captureDelayMs, type TapReceiver } from './tap-receiver.js';

/** How long an emulated guest may take to answer. */
const answerMs = 500;

/** How many requests, sent to a station's own MAC from now on, it answered. */
export interface AnsweredRequests {
  readonly asked: number;
  readonly answered: number;
}

export interface Asking {
  readonly count: number;
  readonly everyMs: number;
}

/** Lets the peer ask a station for its address and counts the answers that reach `peer`: the frames at the peer. */
export async function answeredRequests(
  rig: LabRig,
  peer: TapReceiver,
  station: Station,
  { count, everyMs }: Asking,
): Promise<AnsweredRequests> {
  const sinceMs = Date.now();
  rig.prober.ask(station, count, everyMs);
  await sleep(count * everyMs + answerMs + captureDelayMs);
  const frames = (await peer.frames()).filter(({ atMs }) => atMs >= sinceMs);
  const askers = new Set(frames.map(({ bytes }) => askerOfAnswer(bytes, station)));
  const answered = Array.from({ length: count }, (_, number) => askerAddress(station, number));
  return { asked: count, answered: answered.filter((asker) => askers.has(asker)).length };
}

/** Requests that stayed without an answer, as a fault. */
export function unansweredRequests({ asked, answered }: AnsweredRequests, label = ''): string[] {
  return answered === asked ? [] : [`${label}${answered} of ${asked} requests answered`];
}
