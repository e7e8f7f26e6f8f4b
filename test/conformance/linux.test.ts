import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { NetworkSandbox, privilegeMissing } from '../privileged/network-sandbox.js';

const missing = privilegeMissing();
const main = fileURLToPath(new URL('linux-main.ts', import.meta.url));

it.skipIf(missing)(
  `the sink, the learners and the network watch of Linux keep their contracts at a real tap, under node:test${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: 60_000 },
  async () => {
    const sandbox = new NetworkSandbox(['tap0']);
    try {
      const node = [process.execPath, '--conditions=nic-herald:source', '--import', 'tsx', main];
      const child = sandbox.spawn(node);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (text: Uint8Array) => {
          output += String(text);
        });
      }
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect(code, output).toBe(0);
      expect(output).toMatch(/tests [1-9]/);
    } finally {
      sandbox.remove();
    }
  },
);
