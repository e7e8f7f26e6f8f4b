import { BpfHashMap, type BpfMapEntries } from '@nic-herald/linux-sys';

/** A map that is fuller than this part of its capacity is crowded: the oldest entries go, until half of it is free. */
const CROWDED = 3 / 4;
/** A crowded map is looked at this often, ms, and so many times more afterwards: a new station must find room. */
const CROWDED_AGAIN_MS = 1000;
const LOOKS_AFTER = 10;

/** The shape of a map, and where in its values the time stands at which an entry was written last. */
export interface AgedMapShape {
  readonly name: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Offsets of eight bytes of CLOCK_MONOTONIC, 0 where they do not count; the latest does. */
  readonly stamps: readonly number[];
  readonly capacity: number;
}

/**
 * A map in the kernel that a program fills and that takes memory for what is in it. The kernel refuses what does not fit, so
 * room is made here, whenever the map is read, and each second while it is crowded and for a while after that: what was not
 * written for longest goes. What goes at a reading is in what was read.
 */
export class AgedMap {
  private timer: NodeJS.Timeout | undefined;
  private looksLeft = 0;

  private constructor(
    private readonly shape: AgedMapShape,
    private readonly map: BpfHashMap,
    private readonly tookOut: () => void,
  ) {}

  /**
   * Makes an empty one; `tookOut` is called after entries had to go. Needs CAP_BPF (before Linux 5.8 CAP_SYS_ADMIN). Throws
   * SystemCallError.
   */
  static create(shape: AgedMapShape, tookOut: () => void = () => {}): AgedMap {
    const { name, keyBytes, valueBytes, capacity } = shape;
    return new AgedMap(shape, BpfHashMap.create({ name, keyBytes, valueBytes, capacity }), tookOut);
  }

  /** The descriptor's number; -1 once closed. */
  get fd(): number {
    return this.map.fd;
  }

  get capacity(): number {
    return this.shape.capacity;
  }

  /** All entries at this moment, also those that had to go now. Throws SystemCallError. */
  entries(): BpfMapEntries {
    const entries = this.map.entries();
    const { shape } = this;
    const tooMany =
      entries.count > shape.capacity * CROWDED ? entries.count - Math.floor(shape.capacity / 2) : 0;
    if (tooMany > 0) {
      this.map.delete(oldestKeys(entries, shape, tooMany));
      this.tookOut();
      this.looksLeft = LOOKS_AFTER;
      this.lookAgain();
    }
    return entries;
  }

  close(): void {
    clearTimeout(this.timer);
    this.map.close();
  }

  private lookAgain(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.looksLeft -= 1;
      try {
        this.entries();
      } catch {
        return; // the next reading fails as well, and its caller is told
      }
      if (this.looksLeft > 0) this.lookAgain();
    }, CROWDED_AGAIN_MS).unref();
  }
}

/**
 * The keys of the entries that were not written for longest, one after another. A stamp may be older than the last frame by what a
 * program passes over (recent-stations.ts), but not than an entry that was added before that frame: what goes on is not taken out.
 */
export const oldestKeys = (
  { count, keys, values }: BpfMapEntries,
  { keyBytes, valueBytes, stamps }: Pick<AgedMapShape, 'keyBytes' | 'valueBytes' | 'stamps'>,
  most: number,
): Uint8Array => {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  // Exact to 2 ns for half a year of uptime.
  const stampAt = (at: number): number => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  const written = Float64Array.from({ length: count }, (_, index) =>
    Math.max(...stamps.map((offset) => stampAt(index * valueBytes + offset))),
  );
  const inOrder = Uint32Array.from(written.keys()).sort((a, b) => (written[a] ?? 0) - (written[b] ?? 0));
  const oldest = new Uint8Array(Math.min(most, count) * keyBytes);
  for (const [at, index] of inOrder.subarray(0, most).entries()) {
    oldest.set(keys.subarray(index * keyBytes, (index + 1) * keyBytes), at * keyBytes);
  }
  return oldest;
};
