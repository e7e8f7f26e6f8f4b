import { exitNow } from '@nic-herald/linux-sys/exit-now';
import { processIo } from './cli-io.js';
import { onOutputFault } from './process/output-faults.js';
import { run } from './run.js';

/** What is to be written still has this long, ms. */
const END_WITHIN_MS = 1000;

const io = processIo();
process.stdout.on('error', (error: NodeJS.ErrnoException) => onOutputFault(error, io, exitNow));
process.stderr.on('error', () => undefined); // nobody is left to tell
const status = await run(process.argv.slice(2), io);
process.exitCode = status;
// The command is over: a timer that a plugin left, or a call into a file system that hangs, must not hold the process.
setTimeout(() => exitNow(status), END_WITHIN_MS).unref();
