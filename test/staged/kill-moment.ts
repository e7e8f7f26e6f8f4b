import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TapReceiver } from '../lab/tap-receiver.js';
import { waitUntil } from '../lab/wait-until.js';
import {
  evacuees,
  startSources,
  stationsPerGuest,
  writeOtherEntries,
  writeSourceEntries,
} from './evacuation.js';
import { clearHandoff } from './handoff-files.js';
import { type HeardFrame, heardSince } from './heard-frames.js';
import type { PlayedQemu } from './played-qemu.js';
import type { StagedAgent } from './staged-agent.js';
import type { StagedRig } from './staged-rig.js';

/** One moment at which an agent in the middle of an evacuation is ended. */
export interface KillMoment {
  readonly number: number;
  /** After RESUME, or when so many frames of the first round have left. */
  readonly when: { readonly afterMs: number } | { readonly afterFrames: number };
  readonly signal: 'SIGTERM' | 'SIGKILL';
  /** Entries of other guests in the hand-off. */
  readonly otherEntries: number;
  /** Whether the QEMUs on the host they came from linger, with their agent beside them. */
  readonly withSources: boolean;
}

export interface KillOutcome {
  readonly killedAfterMs: number;
  readonly framesBefore: number;
  readonly framesAfter: number;
  /** Announced neither before nor after. */
  readonly lost: readonly string[];
  /** Announced before, and again after. */
  readonly repeated: number;
  /** Announced on another host too. */
  readonly elsewhere: number;
  /** From the start of the next agent until nothing was owed any more; undefined where that was never so. */
  readonly healedMs: number | undefined;
  /** Frames that left and that the capture lost. */
  readonly uncaptured: number;
}

/**
 * How long the next agent has to announce what is owed. On two cores with a load average of 6 to 12 it took 5 to 32 s, and sent
 * nothing for the first half of that or longer: that it is silent does not tell that it owes nothing.
 */
const healLimitMs = 60_000;
/** When all of the first round should long have left. */
const firstRoundLimitMs = 10_000;
/** Of a pcap file: the header of the file, and one frame of 60 bytes with its own. */
const pcapBytes = { header: 24, frame: 76 };

/**
 * Twenty guests resume together, their agent is ended in the middle of the first round and started again. What
 * counts is what left by the uplink, before and after. The QEMUs are the same at each moment, told to wait anew:
 * nobody who would remember them is left, neither an agent nor a hand-off.
 */
export async function killAt(
  rig: StagedRig,
  qemus: readonly PlayedQemu[],
  moment: KillMoment,
): Promise<KillOutcome> {
  const label = `B-moment-${moment.number}`;
  await clearHandoff(rig);
  await Promise.all(qemus.map((qemu) => qemu.waits()));
  await writeSourceEntries(rig);
  await writeOtherEntries(rig, moment.otherEntries);
  const sources = moment.withSources ? await startSources(rig) : [];
  const sourceAgent = moment.withSources ? await rig.agent('A') : undefined;
  const [agent, uplink, uplinkA] = await Promise.all([
    rig.agent('B', { label }),
    rig.uplink('B', true),
    rig.uplink('A'),
  ]);
  await armedForAll(agent);

  const began = Date.now();
  const resumes = qemus.map((qemu) => qemu.arrives());
  await momentCame(moment, uplink.file);
  const killedAt = Date.now();
  agent.process.signal(moment.signal);
  await agent.process.ended;
  const endedAt = Date.now();
  const resumedAt = Math.min(...(await Promise.all(resumes)));

  const next = await rig.agent('B', { label: `${label}-next` });
  const healed = await healing(uplink, began);
  const atA = await heardSince(uplinkA, began);
  await Promise.all([next, ...(sourceAgent ? [sourceAgent] : [])].map((each) => each.kill()));
  await Promise.all([uplink, uplinkA, ...sources].map((each) => each.stop()));
  return {
    killedAfterMs: killedAt - resumedAt,
    ...(await outcomeOf(uplink, began, endedAt)),
    elsewhere: new Set(atA.map(({ station }) => station)).size,
    healedMs: healed === undefined ? undefined : healed - endedAt,
    uncaptured: await uncaptured(uplink.file),
  };
}

async function armedForAll(agent: StagedAgent): Promise<void> {
  await agent.until('to be armed for all', 30_000, () => {
    const armed = agent.lines.filter(
      (line) => line.event === 'announce:armed' && (line.frames ?? 0) >= stationsPerGuest,
    );
    return new Set(armed.map(({ instance }) => instance)).size === evacuees.length || undefined;
  });
}

async function momentCame({ when }: KillMoment, file: string): Promise<void> {
  if ('afterMs' in when) {
    await sleep(when.afterMs);
    return;
  }
  const bytes = pcapBytes.header + when.afterFrames * pcapBytes.frame;
  await waitUntil(
    `${when.afterFrames} frames to leave`,
    { timeoutMs: firstRoundLimitMs, everyMs: 2 },
    async () => {
      return (await stat(file)).size >= bytes || undefined;
    },
  );
}

async function outcomeOf(
  uplink: TapReceiver,
  began: number,
  endedAt: number,
): Promise<Pick<KillOutcome, 'framesBefore' | 'framesAfter' | 'lost' | 'repeated'>> {
  const heard = await heardSince(uplink, began);
  const before = heard.filter(({ atMs }) => atMs <= endedAt);
  const after = heard.filter(({ atMs }) => atMs > endedAt);
  const known = new Set(before.map(({ station }) => station));
  const again = new Set(after.map(({ station }) => station).filter((station) => known.has(station)));
  return {
    framesBefore: before.length,
    framesAfter: after.length,
    lost: missing(heard),
    repeated: again.size,
  };
}

/** What tcpdump said at its end of frames that it had no room for. */
async function uncaptured(file: string): Promise<number> {
  const said = await waitUntil('tcpdump to count', { timeoutMs: 2000, everyMs: 10 }, async () => {
    return /(\d+) packets? dropped by kernel/.exec(await readFile(`${file}.log`, 'utf8')) ?? undefined;
  });
  return Number(said[1]);
}

/** Stations that were not announced. */
function missing(heard: readonly HeardFrame[]): string[] {
  const stations = new Set(heard.map(({ station }) => station));
  return evacuees.flatMap((evacuee) => evacuee.stations).filter((station) => !stations.has(station));
}

/** Waits until every station was heard, and gives when; undefined where that takes too long. */
async function healing(uplink: TapReceiver, began: number): Promise<number | undefined> {
  const until = Date.now() + healLimitMs;
  for (;;) {
    const at = Date.now();
    if (missing(await heardSince(uplink, began)).length === 0) return at;
    if (at > until) return undefined;
    await sleep(200);
  }
}
