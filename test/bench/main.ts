import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchEncoding } from './encode-bench.js';
import { benchLearner, type KernelCost } from './learner-bench.js';
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

const main = async (): Promise<void> => {
  console.log(`node ${process.version}, median and range\n`);
  console.log('Encoding');
  for (const { stations, nsPerFrame } of benchEncoding()) row(`RARP, ${stations} stations`, nsPerFrame, 'ns');

  console.log('\nFrom the resume event on the bus to the last frame handed to the kernel');
  for (const { stations, first, ours, bare, ratio } of await benchTrigger()) {
    row(`${stations} stations, the agent: until the first frame`, first, 'us');
    row(`${stations} stations, the agent`, ours, 'us');
    row(`${stations} stations, bare loop of prebuilt sendmmsg`, bare, 'us');
    console.log(`  ${''.padEnd(52)} rate of the agent / bare loop: ${median(ratio).toFixed(2)}\n`);
  }

  await learnerSection();

  console.log(
    '\nWatching at an uplink who speaks: processor time it adds per frame, with and without in turn',
  );
  kernelCosts(await benchNetworkWatch());

  console.log("\nFrom QEMU's RESUME stamp to the last frame handed to the kernel (real migrations, TCG)");
  for (const { stations, read, last } of await benchResume()) {
    row(`${stations} stations: stamp to event read`, read, 'us');
    row(`${stations} stations: stamp to last frame`, last, 'us');
  }
};

if (process.env[INSIDE] === undefined) enterNamespace();
await main();
