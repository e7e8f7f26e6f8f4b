import { processIo } from './cli-io.js';
import { run } from './run.js';

// A reader that went away (`nic-herald inspect | head`) is no fault of ours.
process.stdout.on('error', () => process.exit());
process.exitCode = await run(process.argv.slice(2), processIo());
