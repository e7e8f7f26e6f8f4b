import {
  CLOCK,
  type Clock,
  FRAME_SINK,
  HANDOFF_STORE,
  type HandoffStore,
  type HeraldPlugin,
  NETWORK_WATCH,
  type NetworkWatch,
  PORT_RESOLVER,
  STATION_LEARNER,
} from '@nic-herald/core';
import type { FabricLearner } from './fabric-learner.js';
import { fabricPorts } from './fabric-ports.js';
import type { FabricSink } from './fabric-sink.js';

/** What a host of the fabric gets in place of the real thing. */
export interface FabricPluginOptions {
  readonly clock: Clock;
  readonly sink: FabricSink;
  /** Absent: nothing is learned, cards alone tell of stations. */
  readonly learner?: FabricLearner;
  /** Absent: where else a MAC or an address was seen is not known. */
  readonly watch?: NetworkWatch;
  /** One for all hosts. Absent: another plugin brings one, or none does. */
  readonly handoff?: HandoffStore;
}

/** The plugin that puts a host onto the fabric: its clock, ports, sink, learner and hand-off, and nothing else. */
export const fabricPlugin = ({
  clock,
  sink,
  learner,
  watch,
  handoff,
}: FabricPluginOptions): HeraldPlugin => ({
  name: '@nic-herald/testkit',
  contract: 2,
  install: (registrar) => {
    registrar.provide(CLOCK, { value: clock });
    registrar.contribute(FRAME_SINK, { value: sink });
    if (learner !== undefined) registrar.contribute(STATION_LEARNER, { value: learner });
    if (watch !== undefined) registrar.contribute(NETWORK_WATCH, { value: watch });
    registrar.provide(PORT_RESOLVER, { value: fabricPorts });
    if (handoff !== undefined) registrar.contribute(HANDOFF_STORE, { value: handoff });
  },
});
