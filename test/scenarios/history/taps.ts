import {
  type Clock,
  type FrameChannel,
  type FrameSink,
  type Port,
  type PortClaim,
  type PortLearner,
  type Station,
  type StationKey,
  type StationLearner,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { frameCount } from '@nic-herald/core/internal';
import { decodeRarp, isDecodeError } from '@nic-herald/wire';

/** Puts frames in at the taps of one host for one agent, and tells of each before it leaves. */
export const tapSink = (sent: (tap: string, station: StationKey) => void): FrameSink => ({
  name: 'played-sink',
  claim: async (_, { direction }) =>
    direction === 'from-guest' ? { preference: 50 } : { refusal: 'only from the guest' },
  open: async ({ name }: Port): Promise<FrameChannel> => {
    let isOpen = true;
    return {
      prepare: (batch) => ({
        send: (first = 0, count = frameCount(batch)) => {
          if (!isOpen) return { accepted: 0, failure: 'closed' };
          for (let index = first; index < first + count; index++) {
            const frame = decodeRarp(batch.bytes.subarray(batch.starts[index], batch.starts[index + 1]));
            if (isDecodeError(frame)) throw frame;
            sent(name, stationKey(stationOf(frame.mac, frame.vlan)));
          }
          return { accepted: count };
        },
      }),
      health: async () => ({ ready: true }),
      close: async () => {
        isOpen = false;
      },
    };
  },
});

/** Learns at the taps of one host for one agent, as the learner in the kernel does: from when a port was opened on. */
export class TapLearner implements StationLearner {
  readonly name = 'played-learner';
  private readonly open_ = new Map<
    string,
    Map<StationKey, { readonly station: Station; readonly at: number }>
  >();

  constructor(private readonly clock: Clock) {}

  async claim(): Promise<PortClaim> {
    return { preference: 50 };
  }

  async open({ name }: Port): Promise<PortLearner> {
    const seen: ReturnType<typeof this.open_.get> & object = new Map();
    this.open_.set(name, seen);
    return {
      read: async () => ({
        stations: [...seen.values()]
          .map(({ station, at }) => ({ station, ageMs: this.clock.elapsed() - at }))
          .sort((a, b) => a.ageMs - b.ageMs),
        exactVlans: true,
        capacity: 4096,
      }),
      close: async () => {
        this.open_.delete(name);
      },
    };
  }

  /** A guest spoke at a tap; false where nobody listens there. */
  hear(tap: string, station: Station): boolean {
    return this.open_.get(tap)?.set(stationKey(station), { station, at: this.clock.elapsed() }) !== undefined;
  }
}
