import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchEncoding } from './encode-bench.js';
import { benchLearner, type KernelCost } from './learner-bench.js';
import { benchMetrics } from './metrics-bench.js';
import { benchNetworkWatch } from './network-watch-bench.js';
import { benchResume } from './resume-bench.js';
import { median, medianInterval, type Sample, summary } from './sample.js';
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
  const { kernel, reading, user } = await benchLearner();
  console.log('Learning at a tap in the kernel: processor time it adds per frame, with and without in turn');
  kernelCosts(kernel);
  row(`reading ${reading.stations} stations, decoded and in order`, reading.ms, 'ms');
  for (const { framesPerSecond, cpuMsPerSecond } of user) {
    const rate = (median(framesPerSecond) / 1000).toFixed(0);
    row(`agent, reading 10 times a second, at ${rate} kframes/s: CPU`, cpuMsPerSecond, 'ms/s');
  }
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
  const { guests, learned, bytes, scrapeMs, loopMs, paths, idle } = await benchMetrics();
  console.log(`Metrics of a host with ${guests} guests and ${learned} learned stations`);
  row(`a scrape by another process, ${bytes} bytes`, scrapeMs, 'ms');
  row('of it, the event loop of the agent', loopMs, 'ms');
  for (const { what, without, scraped, ratio } of paths) {
    row(`${what}: resume event to last frame, unscraped`, without, 'us');
    row(`${what}: the same, scraped`, scraped, 'us');
    const { low, high } = medianInterval(ratio);
    const of = 'scraped / unscraped, medians of neighbouring blocks';
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
