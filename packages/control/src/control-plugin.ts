import {
  HERALD_HOST,
  type HeraldHost,
  type HeraldPlugin,
  HOST_SERVICE,
  type HostDescription,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import * as z from 'zod';
import { controlPath } from './control-path.js';
import type { ControlledHost } from './control-routes.js';
import { ControlService } from './control-service.js';

/** How a host is controlled. */
export interface ControlOptions {
  /** Path of the socket; absent: `controlPath` of the host's name and the process's user. */
  readonly socket?: string | undefined;
  /** Adds to what the host says of itself; in code only. */
  readonly describe?: ((description: HostDescription) => HostDescription) | undefined;
}

const options = z.strictObject({ socket: z.string().min(1).optional() });

/** The control socket of a host, as a `HOST_SERVICE`: `nic-herald inspect`, `announce` and `plugins` ask there. */
export const control = ({ socket, describe }: ControlOptions): HeraldPlugin => ({
  name: '@nic-herald/control',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: ({ get }) => {
        const host = get(HERALD_HOST);
        const path = socket ?? controlPath(host.name, ownProcess());
        return new ControlService(path, describe === undefined ? host : describedBy(host, describe));
      },
    }),
});

/** What `plugins:` in herald.yaml looks for. */
export const plugin: PluginFactory<ControlOptions> = Object.assign(control, { options });

const ownProcess = () => ({ uid: process.geteuid?.() ?? -1, env: process.env });

const describedBy = (
  host: HeraldHost,
  describe: (description: HostDescription) => HostDescription,
): ControlledHost => ({
  name: host.name,
  guests: () => host.guests(),
  inspect: (guest) => host.inspect(guest),
  announce: (guest, request) => host.announce(guest, request),
  record: (guest, request) => host.record(guest, request),
  describe: () => describe(host.describe()),
  reports: () => host.reports(),
  stats: () => host.stats(),
});
