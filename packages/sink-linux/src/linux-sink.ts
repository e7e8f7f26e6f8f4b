import { FRAME_SINK, type HeraldPlugin, PLUGIN_CONTRACT } from '@nic-herald/core';
import { LinuxTapSink } from './linux-tap-sink.js';

/**
 * The plugin that injects frames at the taps of a Linux host. Starting it needs CAP_NET_ADMIN, CAP_NET_RAW and
 * CAP_BPF, and makes the interfaces `herald0` and `herald1`; `probeLinuxSink` tells beforehand whether it would.
 */
export const linuxSink = (): HeraldPlugin => ({
  name: '@nic-herald/sink-linux',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => registrar.contribute(FRAME_SINK, { factory: () => new LinuxTapSink() }),
});
