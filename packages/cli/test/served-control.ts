import { join } from 'node:path';
import { ControlServer } from '@nic-herald/control';
import { CLOCK, HERALD_HOST, type HeraldPlugin, HOST_SERVICE, PLUGIN_CONTRACT } from '@nic-herald/core';

/** A plugin that serves the control socket of each host it is part of, `HOST.sock` in that directory. */
export const servedControl = (directory: string): HeraldPlugin => ({
  name: 'served-control',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: (resolver) => {
        const host = resolver.get(HERALD_HOST);
        const clock = resolver.get(CLOCK);
        let server: ControlServer | undefined;
        return {
          start: async () => {
            server = await ControlServer.listen(join(directory, `${host.name}.sock`), host, { clock });
          },
          close: async () => server?.close(),
        };
      },
    }),
});
