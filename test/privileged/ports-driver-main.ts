// Holds taps, and finds ports, in the namespace it was started in. See ports-driver.ts.
import { CLOCK, PORT_RESOLVER, type PortResolver } from '@nic-herald/core';
import { processIncarnation } from '@nic-herald/linux-sys';
import { linuxPorts } from '@nic-herald/ports-linux';
import { FakeClock } from '@nic-herald/testkit';
import { enterRoot } from './enter-root.js';
import type { PortsRequest } from './ports-driver.js';
import { serveDriver } from './serve-driver.js';
import { TapEnd } from './tap-end.js';

const held: TapEnd[] = [];
const { signal } = new AbortController();
const clock = new FakeClock();
let resolver: PortResolver | undefined;

linuxPorts().install({
  provide: (token, provider) => {
    if (token !== (PORT_RESOLVER as symbol) || !('factory' in provider)) return;
    const get = <T>(wanted: symbol): T => {
      if (wanted !== CLOCK) throw new TypeError('only a clock is here');
      return clock as T;
    };
    resolver = provider.factory({ get, all: () => [] }) as PortResolver;
  },
  contribute: () => {},
});

await serveDriver(async (request: PortsRequest) => {
  switch (request.do) {
    case 'hold':
      held.push(new TapEnd(request.tap));
      return undefined;
    case 'enter':
      enterRoot(request.root);
      return undefined;
    case 'who':
      return processIncarnation(request.pid ?? process.pid);
    case 'watch': {
      let isChanged = false;
      const stop = resolver?.watch?.([request.port], () => {
        isChanged = true;
      });
      await clock.advance(1000);
      stop?.();
      return isChanged;
    }
    case 'resolve':
      return resolver?.resolve(request.backend, { signal });
  }
});
