import { processIo } from './cli-io.js';
import { run } from './run.js';

// A reader that went away (`nic-herald inspect | head`) is no fault of ours.
process.stdout.on('error', () => process.exit());
process.exitCode = await run(process.argv.slice(2), processIo());
// What a plugin was given up with, such as a call into a file system that hangs, must not keep a command alive.
setInterval(() => {
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
}, 1000).unref();
