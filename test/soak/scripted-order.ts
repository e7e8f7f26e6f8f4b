import type { GuestPhase, ProcessIncarnation } from '@nic-herald/core';
import type { PlayedSpec } from '../staged/played/played-spec.js';

/** A guest as a script has it. */
export interface ScriptedGuestSpec extends Pick<PlayedSpec, 'uuid' | 'name' | 'nics'> {
  readonly instance: string;
  readonly phase: Extract<GuestPhase, 'incoming' | 'running'>;
  /** The QEMU that it would have: one for each of its lives. */
  readonly process: ProcessIncarnation;
  /** The process that has its taps open. */
  readonly holder: ProcessIncarnation;
}

/** What a scripted monitor is told to report. */
export type ScriptedOrder =
  | { readonly do: 'appeared'; readonly guest: ScriptedGuestSpec }
  /** Answers once the agent asked it for its NICs, or after a while. */
  | { readonly do: 'await-listing'; readonly instance: string; readonly limitMs: number }
  | { readonly do: 'resumed'; readonly instance: string; readonly resumedAt: number }
  | { readonly do: 'changed'; readonly instance: string; readonly nic: string }
  | {
      readonly do: 'incoming' | 'loaded' | 'stopped' | 'outgoing' | 'left' | 'gone';
      readonly instance: string;
    };
