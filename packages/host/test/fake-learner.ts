import {
  HeraldError,
  type LearnedStation,
  type LearnedStations,
  type MulticastReports,
  type Port,
  type PortClaim,
  type PortLearner,
  type Station,
  type StationLearner,
  stationKey,
} from '@nic-herald/core';

/** A learner whose tables a test sets, and which keeps what it is told. */
export class FakeLearner implements StationLearner {
  /** What was seen, by port. */
  readonly seen = new Map<string, LearnedStation[]>();
  /** What was counted, by port. */
  readonly counted = new Map<string, MulticastReports[]>();
  /** `open tap0`, `close tap0`, in their order. */
  readonly log: string[] = [];
  /** Keys of the stations it was told of as injected, call by call. */
  readonly told: string[][] = [];
  /** Ports that are there. */
  readonly ports = new Set(['tap0', 'tap1']);
  /** How often a port was read. */
  reads = 0;
  exactVlans = true;
  /** Called before a port is opened, read or closed; may wait or throw. */
  opening: (() => Promise<void>) | undefined;
  reading: (() => Promise<void>) | undefined;
  closing: (() => Promise<void>) | undefined;

  constructor(
    readonly name = 'fake-learner',
    readonly preference = 100,
  ) {}

  async claim({ kind }: Port): Promise<PortClaim> {
    return kind === 'tap' ? { preference: this.preference } : { refusal: `no ${kind} here` };
  }

  async open({ name: port }: Port): Promise<PortLearner> {
    await this.opening?.();
    if (!this.ports.has(port)) throw new HeraldError('HERALD_TEST_PORT', `${port} is not there`);
    this.log.push(`open ${port}`);
    return {
      read: () => this.read(port),
      injected: (stations: Iterable<Station>) => {
        this.told.push([...stations].map(stationKey));
      },
      close: async () => {
        this.log.push(`close ${port}`);
        await this.closing?.();
      },
    };
  }

  private async read(port: string): Promise<LearnedStations> {
    this.reads += 1;
    await this.reading?.();
    if (!this.ports.has(port)) throw new HeraldError('HERALD_TEST_PORT', `${port} went away`);
    const multicastReports = this.counted.get(port);
    return {
      stations: this.seen.get(port) ?? [],
      exactVlans: this.exactVlans,
      capacity: 4096,
      ...(multicastReports === undefined ? {} : { multicastReports }),
    };
  }
}
