import { setTimeout as sleep } from 'node:timers/promises';
import type { TapReceiver } from '../lab/tap-receiver.js';
import { waitUntil } from '../lab/wait-until.js';
import { mostInASecond } from '../scenarios/most-in-a-second.js';
import { plainEntry, writeEntry } from '../staged/handoff-files.js';
import { type HeardFrame, heardSince } from '../staged/heard-frames.js';
import { type StagedRig, withRig } from '../staged/staged-rig.js';
import { ScriptedAgent } from './scripted-agent.js';
import { ScriptedSeat } from './scripted-seat.js';
import { SoakAgent } from './soak-agent.js';
import { atMost, type SoakCheck } from './soak-check.js';
import { guestOf, uuidOf } from './traveller.js';

export interface TogetherOptions {
  /** Takes the artefacts. */
  readonly directory: string;
  readonly guests: number;
  readonly tell: (line: string) => void;
}

/** Further stations of each guest, and how often each of their addresses is announced: the default of rounds. */
const furtherStations = 3;
const rounds = 5;
/** What the processor of a switch takes in a second: SONiC's limit for ARP and neighbour discovery. */
const mostFrames = 600;
/** How long until the agent has made all ready, and until its rounds are over, ms. */
const readyLimitMs = 30_000;
/** What is armed again as it changes is so after this, ms. */
const settleMs = 2000;
const roundsLimitMs = 60_000;

interface Newcomer {
  readonly seat: ScriptedSeat;
  readonly stations: readonly string[];
  readonly claims: readonly string[];
}

/** Many guests arrive on one host in one moment, and the port of its switch counts. */
export function together({ directory, guests, tell }: TogetherOptions): Promise<SoakCheck[]> {
  return withRig({ directory, taps: guests, apart: true, inMemory: true }, async (rig) => {
    const agent = await SoakAgent.start(rig, 'B');
    const scripted = await ScriptedAgent.of(rig, agent, guests);
    const newcomers = await Promise.all(
      Array.from({ length: guests }, (_, index) => comes(rig, scripted, index)),
    );
    await Promise.all(newcomers.map(({ seat }) => seat.isAwaited()));
    await isReady(agent, guests);
    const uplink = await rig.uplink('B', true);
    const stamps = await Promise.all(newcomers.map(({ seat }) => seat.arrives()));
    const [first, last] = [Math.min(...stamps), Math.max(...stamps)];
    tell(`${guests} guests arrived within ${(last - first).toFixed(0)} ms`);
    const heard = await untilAllIsHeard(uplink, first, newcomers.flatMap(({ claims }) => claims).length);
    agent.assertRunning();
    await agent.stop();
    return checksOf(newcomers, heard, last);
  });
}

/** What its source handed over of a guest that is to come, and the QEMU that waits for it. */
async function comes(rig: StagedRig, scripted: ScriptedAgent, index: number): Promise<Newcomer> {
  const described = guestOf(index);
  const nics = described.nics.map((nic) => ({ ...nic, tap: `tap${index}`, filter: { unicast: [] } }));
  const guest = { ...described, nics };
  const primaryMac = guest.nics[0]?.mac ?? '';
  const hex = index.toString(16).padStart(2, '0');
  const further = Array.from({ length: furtherStations }, (_, number) => ({
    mac: `52:54:00:51:0${number}:${hex}`,
    addresses: [`10.51.${1 + number}.${1 + index}`, `2001:db8:51:${1 + number}::${(1 + index).toString(16)}`],
  }));
  const entry = plainEntry({ guest: `uuid:${uuidOf(index)}`, primaryMac });
  const learned = further.map(({ mac, addresses }) => ({
    ...{ station: { mac }, ageMs: 0 },
    addresses: addresses.map((address) => ({ address, proof: 'answered', ageMs: 0 })),
  }));
  await writeEntry(rig, { ...entry, nics: entry.nics.map((nic) => ({ ...nic, learned })) });
  const seat = new ScriptedSeat(scripted, guest, `B-g${index}`);
  await seat.begins('awaited');
  return {
    seat,
    stations: [primaryMac, ...further.map(({ mac }) => mac)],
    claims: further.flatMap(({ mac, addresses }) => addresses.map((address) => `${mac} has ${address}`)),
  };
}

/** An announcement lies ready for each guest, with all that its source knew. */
async function isReady(agent: SoakAgent, guests: number): Promise<void> {
  await waitUntil(
    `${guests} announcements to lie ready`,
    { timeoutMs: readyLimitMs, everyMs: 200 },
    async () => ((await agent.linesFrom(0, 'announce:armed')) >= guests ? true : undefined),
  );
  await sleep(settleMs);
}

/** Waits until each claim was heard in all rounds, or for a while; gives all that was heard since `sinceMs`. */
async function untilAllIsHeard(uplink: TapReceiver, sinceMs: number, claims: number): Promise<HeardFrame[]> {
  const until = Date.now() + roundsLimitMs;
  for (;;) {
    const heard = await heardSince(uplink, sinceMs);
    const claiming = heard.filter(({ claim }) => claim !== undefined).length;
    if (claiming >= claims * rounds || Date.now() > until) return heard;
    await sleep(500);
  }
}

function checksOf(newcomers: readonly Newcomer[], heard: readonly HeardFrame[], since: number): SoakCheck[] {
  const stations = newcomers.flatMap((newcomer) => newcomer.stations);
  const claims = newcomers.flatMap((newcomer) => newcomer.claims);
  const firsts = new Map<string, number>();
  const claimed = new Map<string, number>();
  for (const { station, claim, isRarp, atMs } of heard) {
    if (isRarp && !firsts.has(station)) firsts.set(station, atMs);
    if (claim !== undefined) claimed.set(claim, (claimed.get(claim) ?? 0) + 1);
  }
  const seconds = heard.filter(({ isRarp }) => !isRarp).map(({ atMs }) => atMs);
  const missing = stations.filter((station) => !firsts.has(station)).length;
  const few = claims.filter((claim) => (claimed.get(claim) ?? 0) < rounds).length;
  return [
    atMost(`stations of ${stations.length} that were not heard`, missing, 0, ''),
    atMost(`addresses of ${claims.length} that were announced less than ${rounds} times`, few, 0, ''),
    atMost('ARP and ND at the port in a second', mostInASecond(seconds), mostFrames, 'frames'),
    told('the last station is heard after the last RESUME', Math.max(...firsts.values()) - since),
    told('the first ARP or ND after the last RESUME', Math.min(...seconds) - since),
    told('the last frame after the last RESUME', Math.max(...seconds) - since),
  ];
}

/** How long something took: no number is asked of it. */
const told = (what: string, ms: number): SoakCheck => ({
  what,
  found: `${ms.toFixed(0)} ms`,
  wanted: 'any',
  isSo: true,
});
