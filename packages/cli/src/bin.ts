#!/usr/bin/env node
import { heldSignals } from './process/held-signals.js';
import { youngGeneration } from './process/young-generation.js';

heldSignals.hold(process.argv.slice(2)); // before anything else: a signal may come at any moment
youngGeneration.keepSmall();
// Source maps hold only for modules loaded after this line, hence the dynamic import.
process.setSourceMapsEnabled(true);
await import('./main.js');
