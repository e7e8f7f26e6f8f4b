import {
  CLOCK,
  FRAME_SINK,
  type HeraldPlugin,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { diagnoseSink } from './diagnose-sink.js';
import { LinuxTapSink } from './linux-tap-sink.js';

/**
 * The plugin that injects frames at the taps of a Linux host. Starting it needs CAP_NET_ADMIN, CAP_NET_RAW and
 * CAP_BPF, and makes the interfaces `herald0` and `herald1`; `probeLinuxSink` tells beforehand whether it would.
 */
export const linuxSink = (): HeraldPlugin => ({
  name: '@nic-herald/sink-linux',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(FRAME_SINK, { factory: (resolver) => new LinuxTapSink(resolver.get(CLOCK)) }),
  diagnose: async () => diagnoseSink(),
});

/** What a configuration loads; it takes no options. */
export const plugin: PluginFactory<object> = Object.assign(linuxSink, { options: optionsSchema<object>({}) });
