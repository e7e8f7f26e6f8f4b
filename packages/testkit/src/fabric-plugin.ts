import {
  CLOCK,
  type Clock,
  FRAME_SINK,
  HANDOFF_STORE,
  type HandoffStore,
  type HeraldPlugin,
} from '@nic-herald/core';
import type { FabricSink } from './fabric-sink.js';

/** What a host of the fabric gets in place of the real thing. */
export interface FabricPluginOptions {
  readonly clock: Clock;
  readonly sink: FabricSink;
  /** One for all hosts. */
  readonly handoff: HandoffStore;
}

/** The plugin that puts a host onto the fabric: its clock, its sink and its hand-off, and nothing else. */
export const fabricPlugin = ({ clock, sink, handoff }: FabricPluginOptions): HeraldPlugin => ({
  name: '@nic-herald/testkit',
  contract: 1,
  install: (registrar) => {
    registrar.provide(CLOCK, { value: clock });
    registrar.contribute(FRAME_SINK, { value: sink });
    registrar.provide(HANDOFF_STORE, { value: handoff });
  },
});
