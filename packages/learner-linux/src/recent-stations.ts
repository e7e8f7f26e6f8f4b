import { SIGHTING_LAG_MS } from '@nic-herald/core';
import { BpfArray, tickLengthNs } from '@nic-herald/linux-sys';
import { PORT_ARRAY, RECENT_ARRAY } from './learn-program.js';

const NS_PER_MS = 1e6;

// struct port of bpf/learn.bpf.c
const NUMBER_OFFSET = 0;
const LASTS_OFFSET = 8;
/** Below the number of a port stands a time, in ticks: enough for 34 years of a thousand a second. */
const TIME_BITS = 40n;
const NUMBER_BITS = 24;

/** The table of all ports of this process, while there are any. */
let shared: { readonly table: BpfArray; users: number } | undefined;
let lastNumber = 0;

/** What a port has of the stations that were just seen: the program there passes over those. */
export class RecentStations {
  private isClosed = false;

  private constructor(
    private readonly table: BpfArray,
    private readonly port: BpfArray,
    /** For so long a station counts as just seen, and its time is not written again: ticks. */
    private readonly lasts: number,
  ) {}

  /** Of a port that nothing was seen at yet. Throws SystemCallError. */
  static create(): RecentStations {
    const lasts = Math.max(1, Math.floor((SIGHTING_LAG_MS * NS_PER_MS) / tickLengthNs()));
    const port = BpfArray.create(PORT_ARRAY.name, PORT_ARRAY.valueBytes, 1);
    try {
      const recent = new RecentStations(enterTable(), port, lasts);
      recent.forget();
      return recent;
    } catch (error) {
      port.close();
      throw error;
    }
  }

  /** The descriptors of its arrays. */
  get fds(): { readonly port: number; readonly recent: number } {
    return { port: this.port.fd, recent: this.table.fd };
  }

  /**
   * From now on nothing was just seen at the port: to be called when a station was taken out of the table that the program writes,
   * or it is missed while it goes on speaking. Throws SystemCallError.
   */
  forget(): void {
    lastNumber = (lastNumber + 1) % 2 ** NUMBER_BITS; // none lasts so long that it comes again
    const value = new Uint8Array(PORT_ARRAY.valueBytes);
    const view = new DataView(value.buffer);
    view.setBigUint64(NUMBER_OFFSET, BigInt(lastNumber) << TIME_BITS, true);
    view.setBigUint64(LASTS_OFFSET, BigInt(this.lasts), true);
    this.port.set(0, value);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.port.close();
    leaveTable();
  }
}

const enterTable = (): BpfArray => {
  shared ??= {
    table: BpfArray.create(RECENT_ARRAY.name, RECENT_ARRAY.valueBytes, RECENT_ARRAY.length),
    users: 0,
  };
  shared.users += 1;
  return shared.table;
};

const leaveTable = (): void => {
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  shared.table.close();
  shared = undefined;
};
