import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { injectorLeftovers } from '../lab/namespaces.js';
import { runProgram } from '../lab/run-program.js';
import { waitUntil } from '../lab/wait-until.js';
import { entryText } from '../staged/handoff-files.js';
import { type StagedRig, withRig } from '../staged/staged-rig.js';
import { HeardStations } from './heard-stations.js';
import type { Place } from './place.js';
import { ScriptedAgent } from './scripted-agent.js';
import { ScriptedSeat } from './scripted-seat.js';
import { type AgentLook, SoakAgent } from './soak-agent.js';
import { atMost, quantile, type SoakCheck } from './soak-check.js';
import { type SeatMaker, Traveller, tapsFor } from './traveller.js';

export interface ThereAndBackOptions {
  /** Takes the artefacts. */
  readonly directory: string;
  readonly guests: number;
  readonly seconds: number;
  readonly tell: (line: string) => void;
}

/** How often each guest moves, ms. */
const everyMs = 500;
/** One guest more goes every so many ms: an agent that has just started is slower. */
const oneMoreMs = 1000;
const MiB = 1024 * 1024;

/** Guests go there and back all the time: nothing is unannounced, and nothing grows. */
export function thereAndBack({
  directory,
  guests,
  seconds,
  tell,
}: ThereAndBackOptions): Promise<SoakCheck[]> {
  return withRig({ directory, taps: tapsFor(guests), apart: true, inMemory: true }, async (rig) => {
    const agents = await Promise.all([SoakAgent.start(rig, 'A'), SoakAgent.start(rig, 'B')]);
    const [atA, atB] = agents;
    const taps = tapsFor(guests);
    const scripted: Readonly<Record<Place, ScriptedAgent>> = {
      A: await ScriptedAgent.of(rig, atA, taps),
      B: await ScriptedAgent.of(rig, atB, taps),
    };
    const seatOf: SeatMaker = async (host, guest, label) => new ScriptedSeat(scripted[host], guest, label);
    const travellers = await Promise.all(
      Array.from({ length: guests }, (_, index) => Traveller.start(index, seatOf)),
    );
    await Promise.all(travellers.map((traveller) => handedOver(rig, traveller)));
    const [A, B] = await Promise.all([rig.uplink('A', true), rig.uplink('B', true)]);
    const allGo = Date.now() + guests * oneMoreMs;
    const until = allGo + seconds * 1000;
    const looks = await Promise.all([
      ...agents.map((agent) => lookWhile(agent, until, tell)),
      ...travellers.map((traveller, index) =>
        travelUntil(traveller, until, index * (oneMoreMs + everyMs / guests)),
      ),
    ]);
    await sleep(1500); // the last ones are announced
    const heard = await HeardStations.of({ A, B });
    const checks = [
      ...arrivalChecks(travellers, heard, seconds),
      ...agents.flatMap((agent, index) =>
        flatChecks(
          agent,
          (looks[index] ?? []).filter(({ at }) => at >= allGo),
        ),
      ),
    ];
    for (const agent of agents) checks.push(...(await handleChecks(agent, allGo)));
    const files = (await readdir(rig.handoff)).filter(
      (name) => name.startsWith('.') || name.endsWith('.tmp'),
    );
    checks.push(atMost('unfinished files in the hand-off', files.length, 0, ''));
    for (const agent of agents) {
      agent.assertRunning();
      await agent.stop();
      checks.push(await leftoverCheck(rig, agent));
    }
    return checks;
  });
}

/** Lets a guest speak until all of its stations are handed over. */
export async function handedOver(rig: StagedRig, traveller: Traveller): Promise<void> {
  await waitUntil(
    `all of ${traveller.key} to be handed over`,
    { timeoutMs: 30_000, everyMs: 300 },
    async () => {
      const text = await entryText(rig, traveller.key, 'A');
      if (traveller.stations.every((mac) => text.includes(mac))) return true;
      await traveller.speaks();
      return undefined;
    },
  );
}

async function travelUntil(traveller: Traveller, until: number, afterMs: number): Promise<AgentLook[]> {
  await sleep(afterMs);
  for (let next = Date.now(); Date.now() < until; ) {
    await traveller.moves();
    next = Math.max(next + everyMs, Date.now());
    await sleep(Math.max(0, next - Date.now()));
  }
  return [];
}

/** Looks at an agent's process once a second, and tells of it now and then. */
async function lookWhile(
  agent: SoakAgent,
  until: number,
  tell: (line: string) => void,
): Promise<AgentLook[]> {
  const looks: AgentLook[] = [];
  while (Date.now() < until) {
    const look = await agent.look();
    looks.push(look);
    if (looks.length % 30 === 0) {
      const { rss, descriptors, bpfMaps, bpfPrograms, logBytes } = look;
      tell(
        `${agent.host} after ${looks.length} s: ${(rss / MiB).toFixed(0)} MiB, ${descriptors} descriptors, ` +
          `${bpfMaps} BPF maps, ${bpfPrograms} BPF programs, log ${(logBytes / MiB).toFixed(1)} MiB`,
      );
    }
    await sleep(1000);
  }
  return looks;
}

function arrivalChecks(travellers: readonly Traveller[], heard: HeardStations, seconds: number): SoakCheck[] {
  const firsts: number[] = [];
  const unannounced: string[] = [];
  let arrivals = 0;
  for (const { arrivals: all, stations } of travellers) {
    for (const arrival of all) {
      arrivals += 1;
      const after = stations.map((station) => heard.after(arrival, station));
      const missing = stations.filter((_, index) => after[index] === undefined);
      if (missing.length > 0)
        unannounced.push(`${missing.join(' ')} on ${arrival.host} at ${arrival.resumedAt}`);
      firsts.push(...after.slice(1).flatMap((ms) => ms ?? [])); // of the card's own MAC QEMU tells, too
    }
  }
  const [median, most] = [quantile(0.5, firsts), quantile(1, firsts)];
  return [
    { what: 'arrivals', found: `${arrivals}`, wanted: `in ${seconds} s`, isSo: arrivals > 0 },
    {
      what: 'arrivals with a station unannounced',
      found: [`${unannounced.length}`, ...unannounced.slice(0, 3)].join(', '),
      wanted: 'none',
      isSo: unannounced.length === 0,
    },
    {
      what: 'a further station is heard after RESUME',
      found: `median ${median.toFixed(1)}, most ${most.toFixed(0)} ms`,
      wanted: 'while it is there',
      isSo: Number.isFinite(most),
    },
  ];
}

/** What is compared of the first and the last part of a run, with how much more it may be at the end. */
const FLAT: readonly (readonly [
  what: string,
  of: (look: AgentLook) => number,
  more: number,
  unit: string,
])[] = [
  ['memory', ({ rss }) => Math.round(rss / MiB), 25, 'MiB'],
  ['descriptors', ({ descriptors }) => descriptors, 24, ''], // those of two ports: guests come and go meanwhile
  ['BPF maps', ({ bpfMaps }) => bpfMaps, 8, ''],
  ['BPF programs', ({ bpfPrograms }) => bpfPrograms, 4, ''],
];

/** The first third is left out: a process that has just started has not come to its size. */
function flatChecks({ host }: SoakAgent, looks: readonly AgentLook[]): SoakCheck[] {
  const part = (from: number, to: number): readonly AgentLook[] =>
    looks.slice(Math.floor(from * looks.length), Math.ceil(to * looks.length));
  const [early, late] = [part(1 / 3, 2 / 3), part(2 / 3, 1)];
  return FLAT.map(([what, of, more, unit]) => {
    const [before, after] = [quantile(0.5, early.map(of)), quantile(0.5, late.map(of))];
    return {
      what: `${host}: ${what}, middle and last third`,
      found: `${before} and ${after} ${unit}`.trim(),
      wanted: `at most ${more} more`,
      isSo: after - before <= more,
    };
  });
}

async function handleChecks(agent: SoakAgent, from: number): Promise<SoakCheck[]> {
  const gauged = (await agent.gauged()).filter(({ at }) => at >= from);
  const third = Math.floor(gauged.length / 3);
  const counts = gauged.map(({ handles }) => Object.values(handles).reduce((sum, count) => sum + count, 0));
  const timers = gauged.map(({ handles }) => (handles['Timeout'] ?? 0) + (handles['Immediate'] ?? 0));
  const of = (all: readonly number[]): readonly [number, number] => [
    quantile(0.5, all.slice(third, 2 * third)),
    quantile(0.5, all.slice(2 * third)),
  ];
  return (
    [
      ['handles', ...of(counts), 20],
      ['timers', ...of(timers), 20],
    ] as const
  ).map(([what, before, after, more]) => ({
    what: `${agent.host}: ${what}, middle and last third`,
    found: `${before} and ${after}`,
    wanted: `at most ${more} more`,
    isSo: after - before <= more,
  }));
}

/** What an agent that ended in order leaves in its namespace: nothing of its own. */
async function leftoverCheck(rig: StagedRig, agent: SoakAgent): Promise<SoakCheck> {
  const namespace = rig.namespace(agent.host);
  const { interfaces, filters } = await injectorLeftovers(namespace);
  const qdiscs = await runProgram('tc', ['-n', namespace, 'qdisc', 'show']);
  const learners = qdiscs.split('\n').filter((line) => /clsact|ingress/.test(line)).length;
  return {
    what: `${agent.host}: left behind`,
    found: `${interfaces.length} interfaces, ${filters} filters, ${learners} qdiscs`,
    wanted: 'none',
    isSo: interfaces.length + filters + learners === 0,
  };
}
