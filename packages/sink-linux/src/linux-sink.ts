import {
  CLOCK,
  checkedOptions,
  FRAME_SINK,
  type HeraldPlugin,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  yesOrNoOption,
} from '@nic-herald/core';
import { diagnoseSink } from './diagnose-sink.js';
import type { LinuxSinkOptions } from './linux-sink-options.js';
import { LinuxTapSink } from './linux-tap-sink.js';

const options = optionsSchema<LinuxSinkOptions>({ inKernel: yesOrNoOption(true) });

/**
 * The plugin that injects frames at the taps of a Linux host. Starting it needs CAP_NET_ADMIN, CAP_NET_RAW and
 * CAP_BPF, and makes the interfaces `herald0` and `herald1`; `probeLinuxSink` tells beforehand whether it would.
 */
export const linuxSink = (given: LinuxSinkOptions = {}): HeraldPlugin => {
  const { inKernel = true } = checkedOptions(options, given, {
    code: 'HERALD_PLUGIN_OPTIONS',
    plugin: 'sink-linux',
  });
  return {
    name: '@nic-herald/sink-linux',
    contract: PLUGIN_CONTRACT,
    install: (registrar) =>
      registrar.contribute(FRAME_SINK, {
        factory: (resolver) => new LinuxTapSink(resolver.get(CLOCK), { inKernel }),
      }),
    diagnose: async () => diagnoseSink({ inKernel }),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<LinuxSinkOptions> = Object.assign(linuxSink, { options });
