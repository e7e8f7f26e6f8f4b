import {
  CLOCK,
  HERALD_HOST,
  type HeraldPlugin,
  HOST_SERVICE,
  leftOutOption,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  socketPathOption,
} from '@nic-herald/core';
import { controlPath } from './control-path.js';
import { ControlService } from './control-service.js';

/** How a host is controlled. */
export interface ControlOptions {
  /** Path of the socket; absent: `controlPath` of the host's name and the process's user. */
  readonly socket?: string | undefined;
}

const options = optionsSchema<ControlOptions>({ socket: leftOutOption(socketPathOption()) });

/** The control socket of a host, as a `HOST_SERVICE`: `nic-herald inspect`, `announce`, `watch` and `plugins` ask there. */
export const control = ({ socket }: ControlOptions = {}): HeraldPlugin => ({
  name: '@nic-herald/control',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: ({ get }) => {
        const host = get(HERALD_HOST);
        return new ControlService(socket ?? controlPath(host.name, ownProcess()), host, get(CLOCK));
      },
    }),
});

/** What `plugins:` in herald.yaml looks for. */
export const plugin: PluginFactory<ControlOptions> = Object.assign(control, { options });

const ownProcess = () => ({ uid: process.geteuid?.() ?? -1, env: process.env });
