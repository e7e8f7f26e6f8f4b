#!/usr/bin/env node
// Source maps hold only for modules loaded after this line, hence the dynamic import.
process.setSourceMapsEnabled(true);
await import('./main.js');
