#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { heldSignals } from './process/held-signals.js';

heldSignals.hold(process.argv.slice(2)); // before anything else: a signal may come at any moment
// Most of what an agent makes is of use for a moment. V8 would let the room for that grow to 48 MiB, and never give it back.
setFlagsFromString('--semi-space-growth-factor=1');
// Source maps hold only for modules loaded after this line, hence the dynamic import.
process.setSourceMapsEnabled(true);
await import('./main.js');
