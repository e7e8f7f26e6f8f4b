import type { Clock, SnapshotHead } from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';

/** Most MACs of which it is remembered who has them; those not asked about for longest make room. */
const MOST_REMEMBERED = 65_536;

/** When it was asked about a MAC, and answered, by `Clock.elapsed`. */
interface Asked {
  readonly triedAt: number;
  readonly answeredAt: number;
}

const NEVER: Asked = { triedAt: Number.NEGATIVE_INFINITY, answeredAt: Number.NEGATIVE_INFINITY };

/** Who owns the MACs that were asked about, by what each store said last. */
export class KnownOwners {
  private readonly asked = new Map<MacAddress, Asked>();
  /** By store and MAC; MACs without an owner are most, and are not in there. */
  private readonly said = new Map<string, Map<MacAddress, readonly SnapshotHead[]>>();

  /** Another number with every change of what `heads` gives. */
  version = 0;

  constructor(private readonly clock: Pick<Clock, 'elapsed'>) {}

  /** Those of these MACs that were not answered within so many ms. */
  notAnswered(macs: Iterable<MacAddress>, withinMs: number): readonly MacAddress[] {
    return this.before(macs, withinMs, ({ answeredAt }) => answeredAt);
  }

  /** Those of these MACs that were not asked about within so many ms, with or without an answer. */
  notTried(macs: Iterable<MacAddress>, withinMs: number): readonly MacAddress[] {
    return this.before(macs, withinMs, ({ triedAt }) => triedAt);
  }

  /** These MACs are being asked about. */
  tried(macs: readonly MacAddress[]): void {
    this.note(macs, ({ answeredAt }) => ({ answeredAt, triedAt: this.clock.elapsed() }));
  }

  /** A store was asked about these MACs, and gave these heads. */
  answered(store: string, macs: readonly MacAddress[], heads: readonly SnapshotHead[]): void {
    const known = this.said.get(store) ?? new Map<MacAddress, readonly SnapshotHead[]>();
    this.said.set(store, known);
    const byMac = new Map<MacAddress, SnapshotHead[]>();
    for (const mac of macs) byMac.set(mac, []);
    for (const head of heads) for (const mac of head.primaryMacs) byMac.get(mac)?.push(head);
    for (const mac of macs) {
      const owners = byMac.get(mac);
      if (owners !== undefined && owners.length > 0) known.set(mac, owners);
      else if (!known.delete(mac)) continue;
      this.version += 1;
    }
    this.note(macs, ({ triedAt }) => ({ triedAt, answeredAt: this.clock.elapsed() }));
  }

  /** All that is known to own one of the MACs that were asked about, each once. */
  heads(): readonly SnapshotHead[] {
    return [...new Set([...this.said.values()].flatMap((known) => [...known.values()].flat()))];
  }

  private before(
    macs: Iterable<MacAddress>,
    withinMs: number,
    at: (asked: Asked) => number,
  ): readonly MacAddress[] {
    const now = this.clock.elapsed();
    return [...new Set(macs)].filter((mac) => now - at(this.asked.get(mac) ?? NEVER) >= withinMs);
  }

  private note(macs: readonly MacAddress[], now: (before: Asked) => Asked): void {
    for (const mac of macs) {
      const before = this.asked.get(mac) ?? NEVER;
      this.asked.delete(mac); // so that the one asked about last stands last
      this.asked.set(mac, now(before));
    }
    for (const [mac] of this.asked) {
      if (this.asked.size <= MOST_REMEMBERED) break;
      this.asked.delete(mac);
      for (const known of this.said.values()) if (known.delete(mac)) this.version += 1;
    }
  }
}
