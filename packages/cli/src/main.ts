import { processIo } from './cli-io.js';
import { run } from './run.js';

/** What is to be written still has this long, ms. */
const END_WITHIN_MS = 1000;

// A reader that went away (`nic-herald inspect | head`) is no fault of ours.
process.stdout.on('error', () => process.exit());
process.exitCode = await run(process.argv.slice(2), processIo());
// The command is over: a timer that a plugin left, or a call into a file system that hangs, must not hold the process.
setTimeout(() => process.exit(), END_WITHIN_MS).unref();
