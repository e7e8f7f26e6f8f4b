#!/usr/bin/env node
import { heldSignals } from './process/held-signals.js';
import { v8Thrift } from './process/v8-thrift.js';

heldSignals.hold(process.argv.slice(2)); // before anything else: a signal may come at any moment
v8Thrift.begin();
// For stacks, which --debug prints; they take time and 3 MiB. They hold only for modules loaded after this line, hence the dynamic import.
if (process.argv.includes('--debug')) process.setSourceMapsEnabled(true);
await import('./main.js');
