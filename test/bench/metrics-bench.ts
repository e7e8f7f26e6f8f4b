import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CLOCK,
  type Guest,
  guestIdentity,
  HANDOFF_STORE,
  type HeraldPlugin,
  type LearnedStation,
  PLUGIN_CONTRACT,
  STATION_LEARNER,
  stationOf,
} from '@nic-herald/core';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import { metrics } from '@nic-herald/metrics';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { linuxSink } from '@nic-herald/sink-linux';
import { MemoryHandoff, PlayedMonitor } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { BareQemu, layCables, TAP } from './bench-bed.js';
import { median, type Sample } from './sample.js';
import { benchClock, benchPolicy, handedOver, next, scriptedGuest } from './trigger-bench.js';

const GUESTS = 200;
const STATIONS_PER_GUEST = 25;
const PORT = 9199;
/** MACs of the guest that arrives again and again. */
const MACS = 64;
const SCRAPES = 201;
/** A block is scraped at least once where that is done every second. */
const BLOCK_MS = 1500;
const PATHS = [
  { what: 'every second', everyMs: 1000, pairs: 20 },
  { what: '50 times a second', everyMs: 20, pairs: 8 },
];
/** Whoever has said nothing for so long will not. */
const PATIENCE_MS = 20_000;
const IDLE_MS = 3000;
const IDLE_ROUNDS = 2;

/** Times of one way of scraping beside times without, of neighbouring blocks. */
interface ScrapedPath {
  readonly what: string;
  readonly without: Sample;
  readonly scraped: Sample;
  /** Of the medians of two neighbouring blocks. */
  readonly ratio: Sample;
}

/** What metrics cost. */
export interface MetricsCost {
  readonly guests: number;
  readonly learned: number;
  readonly bytes: number;
  readonly scrapeMs: Sample;
  /** What a request takes that is answered with a word, each in turn with a scrape: what the machine takes at that moment. */
  readonly emptyMs: Sample;
  /** Processor time of the agent's process, all threads. */
  readonly cpuMs: Sample;
  readonly paths: readonly ScrapedPath[];
  readonly idle: readonly { readonly what: string; readonly cpuMsPerSecond: Sample }[];
}

const macOf = (guest: number, station: number): MacAddress =>
  MacAddress.of(
    `52:54:01:${[guest >> 8, guest & 0xff, station].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
  );

/** A guest that runs here and whose port a learner knows. */
const neighbour = (index: number): Guest => ({
  instance: `neighbour-${index}`,
  identity: guestIdentity({ name: `neighbour-${index}` }),
  hypervisor: { name: 'bench', version: '0' },
  nics: async () => [
    { id: 'nic0', type: 'bench', primaryMac: macOf(index, 0), port: { kind: 'bench', name: `p${index}` } },
  ],
  inspect: () => {
    throw new Error('no model asks for it');
  },
});

const handoff = new MemoryHandoff();

const stage: HeraldPlugin = {
  name: 'bench-stage',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => {
    registrar.contribute(HANDOFF_STORE, { value: handoff });
    registrar.provide(CLOCK, { value: benchClock });
    registrar.contribute(STATION_LEARNER, {
      value: {
        name: 'bench',
        claim: async ({ kind }) => (kind === 'bench' ? { preference: 50 } : { refusal: 'not of the bench' }),
        open: async ({ name }) => {
          const stations: LearnedStation[] = Array.from({ length: STATIONS_PER_GUEST }, (_, index) => ({
            station: stationOf(macOf(Number(name.slice(1)), index)),
            ageMs: 1,
          }));
          return {
            read: async () => ({ stations, exactVlans: true, capacity: 4096 }),
            close: async () => {},
          };
        },
      },
    });
  },
};

/** Rejects where it takes too long. */
const soon = async <T>(what: string, promised: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come in ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  return Promise.race([promised, late]).finally(() => clearTimeout(timer));
};

/** Another process that scrapes. */
class Scraper {
  private constructor(private readonly child: ChildProcess) {}

  static async start(): Promise<Scraper> {
    const program = fileURLToPath(new URL('./scraper-main.ts', import.meta.url));
    const scraper = new Scraper(fork(program, [`http://127.0.0.1:${PORT}`]));
    await scraper.word();
    return scraper;
  }

  async every(everyMs: number): Promise<void> {
    await this.say({ everyMs });
  }

  async once(path: string): Promise<{ readonly tookMs: number; readonly bytes: number }> {
    return (await this.say({ once: path })) as { tookMs: number; bytes: number };
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private async say(order: object): Promise<unknown> {
    if (!this.child.connected) throw new Error('the scraper has ended, see above');
    this.child.send(order);
    return this.word();
  }

  private async word(): Promise<unknown> {
    const [word] = (await soon('a word of the scraper', once(this.child, 'message'))) as [unknown];
    return word;
  }
}

/** Lets one guest arrive again and again for a while, and gives the times from the event to the last frame, us. */
const arrivals = async (host: ComposedHost, monitor: PlayedMonitor, forMs: number): Promise<Sample> => {
  const times: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    arrivalCount += 1;
    const guest = scriptedGuest(`bench-metrics-${arrivalCount}`);
    const armed = next(host.bus, 'announce:armed');
    monitor.intake.appeared({ guest, phase: 'incoming' });
    await soon('a plan', armed);
    const sent = next(host.bus, 'announce:round-finished');
    const since = benchClock.now();
    monitor.intake.resumed({ guest, resumedAt: since, readAt: since });
    const { finishedAt } = (await soon('the last frame', sent)).round;
    monitor.intake.gone({ guest });
    await untilForgotten();
    times.push((finishedAt - since) * 1000);
  }
  return times;
};
let arrivalCount = 0;

/** Waits until this host has no entry of the guest any more: it would be taken for one that was here all the time. */
const untilForgotten = async (): Promise<void> => {
  const { guest } = handedOver(1, 0);
  const { signal } = new AbortController();
  for (let clean = 0; clean < 3; clean++) {
    await sleep(5);
    const entries = await handoff.fetch(guest, { signal });
    if (!entries.some(({ host }) => host === 'bench')) continue;
    await handoff.remove(guest, 'bench');
    clean = -1;
  }
};

/** Blocks without scraping and with it in turn, each pair in the other order. */
const scrapedPath = async (
  { what, everyMs, pairs }: (typeof PATHS)[number],
  block: () => Promise<Sample>,
  scraper: Scraper,
): Promise<ScrapedPath> => {
  const without: number[] = [];
  const scraped: number[] = [];
  const ratio: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const medians = { without: Number.NaN, scraped: Number.NaN };
    for (const isScraped of pair % 2 === 0 ? [false, true] : [true, false]) {
      await scraper.every(isScraped ? everyMs : 0);
      const times = await block();
      (isScraped ? scraped : without).push(...times);
      medians[isScraped ? 'scraped' : 'without'] = median(times);
    }
    ratio.push(medians.scraped / medians.without);
  }
  await scraper.every(0);
  return { what, without, scraped, ratio };
};

/** Processor time of a process that does nothing but this, per second. */
const idleCpu = async (program: string): Promise<number> => {
  const script = `${program}
    await new Promise((resolve) => setTimeout(resolve, 1000)); // it is up by then
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, ${IDLE_MS}));
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / ${IDLE_MS});
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../../packages/metrics', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return Number(text);
};

const IDLE_PROGRAMS = [
  { what: 'alone', program: '' },
  {
    what: 'with the lag of our metrics',
    program: `import { LoopLag } from './dist/loop-lag.js';
      const clock = { elapsed: () => performance.now(), setTimer: (ms, run) => {
        const timer = setTimeout(run, ms); return () => clearTimeout(timer); } };
      new LoopLag(clock, () => {}).start();`,
  },
  {
    what: "with prom-client's default metrics",
    program: "import client from 'prom-client'; client.collectDefaultMetrics();",
  },
];

const idleCosts = async (): Promise<MetricsCost['idle']> => {
  const times = new Map<string, number[]>(IDLE_PROGRAMS.map(({ what }) => [what, []]));
  for (let round = 0; round < IDLE_ROUNDS; round++) {
    for (const { what, program } of IDLE_PROGRAMS) times.get(what)?.push(await idleCpu(program));
  }
  return [...times].map(([what, cpuMsPerSecond]) => ({ what, cpuMsPerSecond }));
};

/** Waits until all neighbours are looked at and learned from. */
const untilLearned = async (host: ComposedHost): Promise<number> => {
  for (let left = 300; left > 0; left--) {
    const { stations } = host.stats().learning;
    if (stations >= GUESTS * STATIONS_PER_GUEST) return stations;
    await sleep(100);
  }
  throw new Error(`only ${host.stats().learning.stations} stations were learned`);
};

/** What a scrape takes, and what scraping costs the way from RESUME to the last frame; with and without in turn. */
export const benchMetrics = async (): Promise<MetricsCost> => {
  layCables();
  const holder = new BareQemu(TAP, ['-S']);
  await holder.ready();
  const monitor = new PlayedMonitor();
  const plugins = [virtioNet(), linuxSink(), benchPolicy, stage, monitor.plugin, metrics({ listen: PORT })];
  const host = await composeHost(plugins, { name: 'bench' });
  const scraper = await Scraper.start();
  await handoff.publish(handedOver(MACS, 0));
  try {
    for (let index = 0; index < GUESTS; index++) {
      monitor.intake.appeared({ guest: neighbour(index), phase: 'running' });
    }
    const learned = await untilLearned(host);
    const scrapeMs: number[] = [];
    const emptyMs: number[] = [];
    const cpuMs: number[] = [];
    let bytes = 0;
    for (let count = -5; count < SCRAPES; count++) {
      const empty = await scraper.once('/healthz');
      const before = process.cpuUsage();
      const done = await scraper.once('/metrics');
      if (count < 0) continue; // the first warm up
      const { user, system } = process.cpuUsage(before);
      cpuMs.push((user + system) / 1000);
      scrapeMs.push(done.tookMs);
      emptyMs.push(empty.tookMs);
      bytes = done.bytes;
      await sleep(20);
    }
    const block = () => arrivals(host, monitor, BLOCK_MS);
    await block();
    const paths: ScrapedPath[] = [];
    for (const path of PATHS) paths.push(await scrapedPath(path, block, scraper));
    const guests = host.guests().length;
    return { guests, learned, bytes, scrapeMs, emptyMs, cpuMs, paths, idle: await idleCosts() };
  } finally {
    scraper.stop();
    await host.close();
    await holder.stop();
  }
};
