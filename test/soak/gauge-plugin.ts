// A plugin that writes once a second, to the file that its options name, what the agent's process holds and how long its
// event loop was held up: what nobody can see from outside. It takes core from the agent that loads it, whichever build
// that is.
import { appendFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { HeraldPlugin } from '@nic-herald/core';
import type { Gauged } from './gauged.js';

const agent = createRequire(realpathSync(process.argv[1] ?? ''));
const core = (await import(
  pathToFileURL(agent.resolve('@nic-herald/core')).href
)) as typeof import('@nic-herald/core');
const GAUGE = core.multiToken<object>('soak/gauge');

/** The file is named by the environment: it is one more thing that no older agent has to understand. */
const file = process.env['HERALD_SOAK_GAUGE'];

export const plugin = (): HeraldPlugin => ({
  name: 'soak/gauge',
  contract: core.PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(GAUGE, {
      factory: () => {
        const delay = monitorEventLoopDelay({ resolution: 1 });
        delay.enable();
        const timer = setInterval(() => {
          const handles: Record<string, number> = {};
          for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
          const { rss, heapUsed } = process.memoryUsage();
          const gauged: Gauged = { at: Date.now(), rss, heapUsed, handles, blockedMs: delay.max / 1e6 };
          delay.reset();
          if (file !== undefined) appendFileSync(file, `${JSON.stringify(gauged)}\n`);
        }, 1000);
        return {
          close: async () => clearInterval(timer),
        };
      },
    }),
});
