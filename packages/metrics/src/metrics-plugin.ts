import { isIP } from 'node:net';
import {
  CLOCK,
  checkedOptions,
  HERALD_HOST,
  type HeraldPlugin,
  HOST_SERVICE,
  leftOutOption,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  socketPathOption,
} from '@nic-herald/core';
import type { LocalPlace } from '@nic-herald/local-http';
import { MetricsService } from './metrics-service.js';

/** Where metrics can be scraped: at the default address where neither is given, at both where both are. */
export interface MetricsOptions {
  /** `[ADDRESS:]PORT`, an IP address (IPv6 in brackets); a port alone is of 127.0.0.1. Default: 127.0.0.1:9199. */
  readonly listen?: string | number | undefined;
  /** Path of a unix socket. */
  readonly socket?: string | undefined;
  /** Who may open the socket, three octal digits as text. Default: 600. */
  readonly mode?: string | undefined;
}

const DEFAULT_LISTEN = '127.0.0.1:9199';

/** The address and port that are written so; `undefined` where it is none. */
export const parseListen = (written: string | number): Extract<LocalPlace, { port: number }> | undefined => {
  const [, bracketed, plain, digits = ''] =
    /^(?:(?:\[([^\]]*)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(String(written)) ?? [];
  const address = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  const family = isIP(address);
  const isAddress = bracketed === undefined ? family === 4 : family === 6;
  return digits !== '' && isAddress && port <= 65_535 ? { address, port } : undefined;
};

const schema = optionsSchema<MetricsOptions>({
  listen: leftOutOption({
    allowed: 'a port from 0 to 65535, or an IP address and a port such as 127.0.0.1:9199 or [::1]:9199',
    accepts: (value): value is string | number =>
      (typeof value === 'string' || typeof value === 'number') && parseListen(value) !== undefined,
  }),
  socket: leftOutOption(socketPathOption()),
  mode: leftOutOption({
    allowed: "three octal digits in quotes, such as '660'",
    accepts: (value): value is string => typeof value === 'string' && /^0?[0-7]{3}$/.test(value),
  }),
});

/** Metrics of a host for Prometheus, `/healthz` and `/readyz`, as a `HOST_SERVICE`. Throws HERALD_METRICS_OPTIONS. */
export const metrics = (given: MetricsOptions = {}): HeraldPlugin => {
  const options = checkedOptions(schema, given, { code: 'HERALD_METRICS_OPTIONS', plugin: 'metrics' });
  return {
    name: '@nic-herald/metrics',
    contract: PLUGIN_CONTRACT,
    install: (registrar) =>
      registrar.contribute(HOST_SERVICE, {
        factory: ({ get }) => new MetricsService(placesOf(options), get(HERALD_HOST), get(CLOCK)),
      }),
  };
};

const placesOf = ({ listen, socket, mode = '600' }: MetricsOptions): readonly LocalPlace[] => {
  const address = parseListen(listen ?? DEFAULT_LISTEN);
  const isAddressed = listen !== undefined || socket === undefined;
  return [
    ...(isAddressed && address !== undefined ? [address] : []),
    ...(socket === undefined ? [] : [{ socket, mode: Number.parseInt(mode, 8) }]),
  ];
};

/** What `plugins:` in herald.yaml looks for. */
export const plugin: PluginFactory<MetricsOptions> = Object.assign(metrics, { options: schema });
