import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TapReceiver } from '../lab/tap-receiver.js';
import { entryFile, plainEntry, writeWhole } from '../staged/handoff-files.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import { type StagedRig, withRig } from '../staged/staged-rig.js';
import { HeardStations } from './heard-stations.js';
import { PlayedSeat } from './played-seat.js';
import { type AgentLook, SoakAgent } from './soak-agent.js';
import { atMost, quantile, type SoakCheck } from './soak-check.js';
import { handedOver } from './there-and-back.js';
import { type Arrival, guestOf, Traveller, tapsFor } from './traveller.js';

export interface FloodOptions {
  readonly directory: string;
  /** How long each flood lasts, s. */
  readonly seconds: number;
  readonly tell: (line: string) => void;
  /** How much later than twice another guest's first frame may come, ms: the few of a short flood do not tell more. */
  readonly slackMs: number;
}

const MiB = 1024 * 1024;
/** Between two moves of the guest that is measured, ms. */
const restMs = 250;
const pairs = 16_000;
const limits = { timesQuiet: 2, memoryMiB: 200, logMiB: 1 };

/** What one flood was like. */
interface Flooded {
  readonly name: string;
  /** How many events were told, or files written. */
  readonly told: number;
  readonly seconds: number;
  /** Arrivals of the other guest meanwhile. */
  readonly arrivals: readonly Arrival[];
  readonly cpuMs: number;
  readonly logBytes: number;
  readonly rss: number;
  readonly blockedMs: number;
}

/** One guest floods its host's agent in several ways while another one arrives there, which must not feel it. */
export function floods({ directory, seconds, tell, slackMs }: FloodOptions): Promise<SoakCheck[]> {
  return withRig({ directory, taps: tapsFor(4), apart: true }, async (rig) => {
    const [, agent] = await Promise.all([SoakAgent.start(rig, 'A'), SoakAgent.start(rig, 'B')]);
    const traveller = await Traveller.start(0, (host, guest, label) =>
      PlayedSeat.start(rig, host, guest, label),
    );
    const noisy = await rig.qemu('B', guestOf(1), { label: 'noisy' });
    const flapping = await rig.qemu('B', guestOf(2), { label: 'flapping', incoming: true });
    await rig.qemu('B', guestOf(3), { label: 'churned', incoming: true });
    await handedOver(rig, traveller);
    const [A, B] = await Promise.all([rig.uplink('A', true), rig.uplink('B', true)]);
    await sleep(1000);
    const part = (name: string, flood: (forMs: number) => Promise<number>): Promise<Flooded> =>
      measured(name, { agent, traveller, seconds, tell }, flood);
    const quiet = await part('quiet', async (forMs) => sleep(forMs, 0));
    const all = [
      await part('STOP and RESUME', (forMs) => noisy.floods(['STOP', 'RESUME'], forMs)),
      await part('MIGRATION flapping', (forMs) =>
        flapping.floods(['MIGRATION active', 'MIGRATION failed'], forMs),
      ),
      await part('churning hand-off file', (forMs) => churn(rig, forMs)),
    ];
    const burst = await pairsAtOnce(agent, noisy, tell);
    const announced = await arrivesAfterFlapping(flapping, B);
    const heard = await HeardStations.of({ A, B });
    const [station = ''] = traveller.stations;
    const firsts = (flooded: Flooded): number[] =>
      flooded.arrivals
        .filter(({ host }) => host === 'B')
        .flatMap((arrival) => heard.after(arrival, station) ?? Number.POSITIVE_INFINITY);
    await writeFile(
      `${directory}/floods.json`,
      JSON.stringify(
        [quiet, ...all].map((each) => ({ ...each, firsts: firsts(each) })),
        undefined,
        1,
      ),
    );
    const before = quantile(0.5, firsts(quiet));
    return [
      {
        what: 'quiet: first frame',
        found: told(firsts(quiet)),
        wanted: 'any',
        isSo: Number.isFinite(before),
      },
      ...all.flatMap((each) => floodChecks(each, firsts(each), limits.timesQuiet * before + slackMs)),
      ...burst,
      announced,
    ];
  });
}

const told = (firsts: readonly number[]): string =>
  `median ${quantile(0.5, firsts).toFixed(2)}, p90 ${quantile(0.9, firsts).toFixed(2)}, most ${quantile(1, firsts).toFixed(1)} ms of ${firsts.length}`;

function floodChecks(flooded: Flooded, firsts: readonly number[], mostMs: number): SoakCheck[] {
  const { name, cpuMs, logBytes, rss, blockedMs } = flooded;
  return [
    {
      what: `${name}: another guest's first frame`,
      found: told(firsts),
      wanted: `median at most ${mostMs.toFixed(2)} ms`,
      isSo: quantile(0.5, firsts) <= mostMs,
    },
    {
      what: `${name}: told, and the agent's time`,
      found: `${flooded.told} in ${flooded.seconds.toFixed(1)} s, ${(cpuMs / 1000).toFixed(1)} s of CPU, blocked ${blockedMs.toFixed(0)} ms`,
      wanted: 'any',
      isSo: true,
    },
    atMost(`${name}: memory`, Math.round(rss / MiB), limits.memoryMiB, 'MiB'),
    atMost(`${name}: log`, logBytes / MiB, limits.logMiB, 'MiB'),
  ];
}

/** Lets a guest go there and back during a flood, and looks what the flood costs its agent. */
async function measured(
  name: string,
  {
    agent,
    traveller,
    seconds,
    tell,
  }: Pick<FloodOptions, 'seconds' | 'tell'> & { readonly agent: SoakAgent; readonly traveller: Traveller },
  flood: (forMs: number) => Promise<number>,
): Promise<Flooded> {
  const before = await agent.look();
  const known = traveller.arrivals.length;
  const state = { isOver: false };
  const looks: AgentLook[] = [];
  const looking = (async () => {
    for (; !state.isOver; await sleep(250)) looks.push(await agent.look());
  })();
  const flooding = flood(seconds * 1000).finally(() => {
    state.isOver = true;
  });
  await sleep(200);
  for (; !state.isOver; await sleep(restMs)) await traveller.moves();
  const [count] = await Promise.all([flooding, looking]);
  const after = await agent.look();
  const blocked = (await agent.gauged())
    .filter(({ at }) => at >= before.at)
    .map(({ blockedMs }) => blockedMs);
  const flooded = {
    ...{ name, told: count, seconds: (after.at - before.at) / 1000 },
    ...{ arrivals: traveller.arrivals.slice(known), cpuMs: after.cpuMs - before.cpuMs },
    logBytes: after.logBytes - before.logBytes,
    rss: Math.max(...looks.map(({ rss }) => rss)),
    blockedMs: Math.max(0, ...blocked),
  };
  tell(
    `${name}: ${count} told, ${flooded.arrivals.length} arrivals, log ${(flooded.logBytes / MiB).toFixed(2)} MiB`,
  );
  await sleep(500);
  return flooded;
}

/** Rewrites an entry over and over, as a host gone wild would. */
async function churn(rig: StagedRig, forMs: number): Promise<number> {
  const { uuid, nics } = guestOf(3);
  const until = Date.now() + forMs;
  let written = 0;
  for (; Date.now() < until; written += 1) {
    const learned = [`52:54:00:51:${(written >> 8) % 256}:${written % 256}`].map(padded);
    const entry = plainEntry({ guest: `uuid:${uuid}`, epoch: 1, primaryMac: nics[0]?.mac ?? '', learned });
    await writeWhole(entryFile(rig, entry.guest, 'A'), JSON.stringify(entry));
    await sleep(2);
  }
  return written;
}

const padded = (mac: string): string =>
  mac
    .split(':')
    .map((byte, at) => (at < 4 ? byte : Number(byte).toString(16).padStart(2, '0')))
    .join(':');

/** STOP and RESUME by the thousand, and how long the agent is at work for it. */
async function pairsAtOnce(
  agent: SoakAgent,
  noisy: PlayedQemu,
  tell: FloodOptions['tell'],
): Promise<SoakCheck[]> {
  const before = await agent.look();
  const count = await noisy.floods(['STOP', 'RESUME'], 120_000, 2 * pairs);
  let last = await agent.look();
  // at rest it takes some hundredths of the time, and on a machine that is too slow it never rests
  for (let seconds = 0, isAtRest = false; !isAtRest && seconds < 60; seconds += 1) {
    await sleep(1000);
    const now = await agent.look();
    isAtRest = now.cpuMs - last.cpuMs < 150;
    last = now;
  }
  const blocked = (await agent.gauged())
    .filter(({ at }) => at >= before.at)
    .map(({ blockedMs }) => blockedMs);
  const cpuMs = last.cpuMs - before.cpuMs;
  tell(
    `${count / 2} pairs: ${(cpuMs / 1000).toFixed(1)} s of CPU within ${((last.at - before.at) / 1000).toFixed(1)} s`,
  );
  return [
    atMost(`${pairs} pairs: CPU`, cpuMs / 1000, 5, 's'),
    atMost(`${pairs} pairs: the event loop held up`, Math.max(0, ...blocked), 100, 'ms'),
  ];
}

/** After all of that the guest comes: it is announced as any other. */
async function arrivesAfterFlapping(flapping: PlayedQemu, uplink: TapReceiver): Promise<SoakCheck> {
  await flapping.tell({
    migration: { status: 'active' },
    events: [{ event: 'MIGRATION', data: { status: 'active' } }],
  });
  await sleep(500);
  const resumedAt = await flapping.arrives();
  await sleep(1500);
  const heard = await HeardStations.of({ A: uplink, B: uplink });
  const [mac = ''] = guestOf(2).nics.map((nic) => nic.mac);
  const after = heard.after({ host: 'B', resumedAt }, mac);
  return {
    what: 'the guest that flapped is announced when it comes',
    found: after === undefined ? 'never' : `after ${after.toFixed(1)} ms`,
    wanted: 'at most 500 ms',
    isSo: after !== undefined && after <= 500,
  };
}
