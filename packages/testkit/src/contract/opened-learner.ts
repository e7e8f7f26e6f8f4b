import type {
  HostService,
  LearnedStations,
  Port,
  PortLearner,
  Station,
  StationLearner,
} from '@nic-herald/core';
import { contractBroken } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';

/** A learner opened for one case; the contract starts and closes the learner itself. */
export interface OpenedLearner {
  readonly learner: StationLearner & HostService;
  /** A port that is there, up, and supported, of a guest that has not spoken yet. */
  readonly port: Port;
  /** One of the same kind that is not there. */
  readonly missing: Port;
  /**
   * The guest sends one frame of each, in this order; no RARP, which is what QEMU announces. The MAC may be one that
   * no station has.
   */
  readonly speak: (stations: readonly Station[]) => Promise<void>;
  /** The guest sends these frames as they are, without FCS, in this order; needed where addresses or reports are told. */
  readonly send?: (frames: readonly Uint8Array[]) => Promise<void>;
  /** nic-herald's own sink puts one frame of each in at the port. */
  readonly inject?: (stations: readonly Station[]) => Promise<void>;
  /** The same with these frames as they are; needed beside `inject` where addresses or reports are told. */
  readonly injectFrames?: (frames: readonly Uint8Array[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Makes a case of what is tried while learning at a port. */
export type LearningCase = (
  name: string,
  run: (opened: OpenedLearner, read: () => Promise<LearnedStations>, at: PortLearner) => Promise<void>,
  skip?: string,
) => ContractCase;

/** What the cases about what frames say are made with. */
export interface SpokenCases {
  readonly learning: LearningCase;
  /** Why nothing can be injected. */
  readonly noInject: string | undefined;
  /** Why none of it is tried. */
  readonly skip: string | undefined;
}

/** How the guest of a case sends frames. */
export const sendTo = ({ send }: OpenedLearner): NonNullable<OpenedLearner['send']> => {
  if (send === undefined)
    throw contractBroken('no `send` was given, and addresses or reports are to be tried');
  return send;
};

/** How nic-herald puts frames in at the port of a case. */
export const injectTo = ({ injectFrames }: OpenedLearner): NonNullable<OpenedLearner['injectFrames']> => {
  if (injectFrames === undefined)
    throw contractBroken('no `injectFrames` was given, and no reason in `noInject`');
  return injectFrames;
};
