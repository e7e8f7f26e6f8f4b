// A plugin whose listeners on the bus each hold the agent up for 100 ms, as a careless one would.
// It takes core, and with it the number of the contract, from the agent that loads it, whichever build that is.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { HeraldPlugin } from '@nic-herald/core';
import type { MigrationEventName } from '@nic-herald/core/internal';

const blockMs = 100;
const agent = createRequire(realpathSync(process.argv[1] ?? ''));
const core = (await import(
  pathToFileURL(agent.resolve('@nic-herald/core')).href
)) as typeof import('@nic-herald/core');
const OBSERVER = core.multiToken<object>('staged/blocking-observer');

const events: readonly MigrationEventName[] = [
  ...(['guest:appeared', 'guest:gone', 'guest:resumed', 'guest:stopped'] as const),
  ...(['nic:filter-changed', 'nic:list-changed', 'snapshot:published', 'station:refused'] as const),
  ...(['migration:incoming', 'migration:outgoing', 'migration:completed', 'migration:failed'] as const),
  ...(['announce:armed', 'announce:round-finished', 'announce:finished'] as const),
];

export const plugin = (): HeraldPlugin => ({
  name: 'staged/blocking-observer',
  contract: core.PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(OBSERVER, {
      factory: (resolver) => {
        const bus = resolver.get(core.MIGRATION_EVENT_BUS);
        const stops = events.map((event) => bus.on(event, block));
        return {
          close: async () => {
            for (const stop of stops) stop();
          },
        };
      },
    }),
});

function block(): void {
  const end = performance.now() + blockMs;
  while (performance.now() < end);
}
