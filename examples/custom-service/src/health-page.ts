import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  HERALD_HOST,
  type HeraldHost,
  HOST_SERVICE,
  type HostService,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import * as z from 'zod';

const options = z.strictObject({ port: z.int().min(0).max(65_535).default(9817) });

class HealthPage implements HostService {
  private readonly server: Server;

  constructor(
    host: HeraldHost,
    private readonly port: number,
  ) {
    this.server = createServer((_, response) => response.end(`${JSON.stringify(host.stats())}\n`));
  }

  start = async (): Promise<void> =>
    void (await once(this.server.listen(this.port, '127.0.0.1'), 'listening'));

  close = async (): Promise<void> => void (await this.server[Symbol.asyncDispose]());
}

const healthPage: PluginFactory<z.infer<typeof options>> = ({ port }) => ({
  name: '@example/nic-herald-health',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, { factory: ({ get }) => new HealthPage(get(HERALD_HOST), port) }),
});

/** What `plugins:` in herald.yaml looks for. A host in code calls it: `plugin({ port: 9817 })`. */
export const plugin: PluginFactory<z.infer<typeof options>> = Object.assign(healthPage, { options });
