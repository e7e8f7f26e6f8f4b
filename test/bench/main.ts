import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchEncoding } from './encode-bench.js';
import { benchLearner, type KernelCost } from './learner-bench.js';
import { benchMetrics } from './metrics-bench.js';
import { benchNetworkWatch } from './network-watch-bench.js';
import { benchProof } from './proof-bench.js';
import { benchResume } from './resume-bench.js';
import { median, medianInterval, quantile, type Sample, summary } from './sample.js';
import { benchTrigger } from './trigger-bench.js';

// Speed, as ratios within one run. Needs root, iproute2 and QEMU; everything happens in a network namespace
// of its own, which this file makes and enters by running itself again inside it.
const INSIDE = 'HERALD_BENCH_NAMESPACE';

const enterNamespace = (): never => {
  const name = `nhbench${process.pid}`;
  const ip = (...words: string[]): number => spawnSync('ip', words, { stdio: 'inherit' }).status ?? 1;
  if (ip('netns', 'add', name) !== 0) {
    console.error(
      'npm run bench needs root and iproute2: it measures real sockets in a namespace of its own',
    );
    process.exit(1);
  }
  const self = fileURLToPath(import.meta.url);
  const { status } = spawnSync(
    'ip',
    ['netns', 'exec', name, process.execPath, ...process.execArgv, self, ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, [INSIDE]: name } },
  );
  ip('netns', 'del', name);
  process.exit(status ?? 1);
};

const row = (what: string, sample: Sample, unit: string): void => {
  const { low, high } = summary(sample);
  const range = `${low.toFixed(1)} - ${high.toFixed(1)}`;
  console.log(
    `  ${what.padEnd(52)} ${median(sample).toFixed(1).padStart(9)} ${unit.padEnd(3)} ${range.padStart(19)}   n=${sample.length}`,
  );
};

/** What most take, and the worst of all. */
const tailRow = (what: string, sample: Sample, unit: string): void => {
  const [most, worst] = [quantile(sample, 0.9), summary(sample).high].map((each) =>
    each.toFixed(1).padStart(7),
  );
  console.log(
    `  ${what.padEnd(58)} p50 ${median(sample).toFixed(1).padStart(6)} p90 ${most} max ${worst} ${unit}   n=${sample.length}`,
  );
};

const kernelCosts = (costs: readonly KernelCost[]): void => {
  for (const { what, nsWithout, nsAdded, rate } of costs) {
    row(`${what}: a bridged frame without`, nsWithout, 'ns');
    row(`${what}: added`, nsAdded, 'ns');
    const added = medianInterval(nsAdded);
    const slower = medianInterval(rate);
    const of = `median within ${added.low.toFixed(0)} - ${added.high.toFixed(0)} ns; frames per second with / without`;
    console.log(
      `  ${''.padEnd(4)}${of} ${median(rate).toFixed(3)} (${slower.low.toFixed(3)} - ${slower.high.toFixed(3)}), 95 % of cases`,
    );
  }
};

const learnerSection = async (): Promise<void> => {
  const bench = await benchLearner();
  console.log('Learning at a tap in the kernel: the program alone, over and over with one frame');
  for (const { what, ns } of await bench.program()) row(what, ns, 'ns');
  console.log('The program in traffic, each run measured, which is some 40 ns of it');
  for (const { what, ns } of await bench.inPlace()) row(what, ns, 'ns');
  console.log('Processor time it adds per frame, with and without in turn');
  kernelCosts(await bench.kernel());
  const { stations, ms } = await bench.reading();
  row(`reading ${stations} stations, decoded and in order`, ms, 'ms');
  for (const { framesPerSecond, cpuMsPerSecond } of await bench.user()) {
    const rate = (median(framesPerSecond) / 1000).toFixed(0);
    row(`agent, reading 10 times a second, at ${rate} kframes/s: CPU`, cpuMsPerSecond, 'ms/s');
  }
};

const proofSection = async (): Promise<void> => {
  const bench = await benchProof();
  console.log('What proves that a guest is back: the programs alone, over and over with one frame');
  for (const { what, ns } of bench.program()) row(what, ns, 'ns');
  console.log(
    'The programs in traffic, each run measured, which is most of what one takes that does nothing',
  );
  for (const { what, ns } of await bench.inPlace()) row(what, ns, 'ns');
  console.log('Processor time they add per frame, the copy for the socket with it, with and without in turn');
  kernelCosts(await bench.kernel());
  bench.close();
};

const triggerSection = async (): Promise<void> => {
  console.log('From the resume event on the bus to the last frame handed to the kernel');
  for (const { stations, first, ours, bare, ratio } of await benchTrigger()) {
    row(`${stations} stations, the agent: until the first frame`, first, 'us');
    row(`${stations} stations, the agent`, ours, 'us');
    row(`${stations} stations, bare loop of prebuilt sendmmsg`, bare, 'us');
    console.log(`  ${''.padEnd(52)} rate of the agent / bare loop: ${median(ratio).toFixed(2)}\n`);
  }
};

const metricsSection = async (): Promise<void> => {
  const { guests, learned, bytes, scrapeMs, emptyMs, cpuMs, paths, idle } = await benchMetrics();
  console.log(`Metrics of a host with ${guests} guests and ${learned} learned stations`);
  tailRow(`a scrape by another process, ${bytes} bytes`, scrapeMs, 'ms');
  tailRow('of it, processor time of the agent', cpuMs, 'ms');
  tailRow('/healthz, asked in turn with it: 3 bytes', emptyMs, 'ms');
  for (const { what, without, scraped, ratio } of paths) {
    tailRow(`${what}: resume event to last frame, unscraped`, without, 'us');
    tailRow(`${what}: the same, scraped`, scraped, 'us');
    const { low, high } = medianInterval(ratio);
    const of = `scraped / unscraped, medians of ${ratio.length} pairs of neighbouring blocks`;
    console.log(
      `      ${of}: ${median(ratio).toFixed(3)} (${low.toFixed(3)} - ${high.toFixed(3)}), 95 % of cases`,
    );
  }
  for (const { what, cpuMsPerSecond } of idle) row(`an idle process ${what}: CPU`, cpuMsPerSecond, 'ms/s');
};

const sections: Readonly<Record<string, () => Promise<void> | void>> = {
  encoding: () => {
    console.log('Encoding');
    for (const { stations, nsPerFrame } of benchEncoding())
      row(`RARP, ${stations} stations`, nsPerFrame, 'ns');
  },
  trigger: triggerSection,
  metrics: metricsSection,
  learner: learnerSection,
  'network-watch': async () => {
    console.log(
      'Watching at an uplink who speaks: processor time it adds per frame, with and without in turn',
    );
    kernelCosts(await benchNetworkWatch());
  },
  proof: proofSection,
  resume: async () => {
    console.log("From QEMU's RESUME stamp to the last frame handed to the kernel (real migrations, TCG)");
    for (const { stations, read, last } of await benchResume()) {
      row(`${stations} stations: stamp to event read`, read, 'us');
      row(`${stations} stations: stamp to last frame`, last, 'us');
    }
  },
};

/** Measures the sections that are named, or all. */
const main = async (names: readonly string[]): Promise<void> => {
  const unknown = names.filter((name) => !Object.hasOwn(sections, name));
  if (unknown.length > 0)
    throw new Error(`no section ${unknown.join(', ')}: ${Object.keys(sections).join(', ')}`);
  console.log(`node ${process.version}, median and range`);
  for (const [name, section] of Object.entries(sections)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log('');
    await section();
  }
};

if (process.env[INSIDE] === undefined) enterNamespace();
await main(process.argv.slice(2));
