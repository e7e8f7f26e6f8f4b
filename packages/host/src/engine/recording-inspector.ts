import {
  type CardRecording,
  type DeviceInspector,
  type DeviceRegion,
  type InspectOptions,
  isNestedDeeperThan,
  messageOf,
  type NicDescriptor,
  type WordRange,
} from '@nic-herald/core';

const MAX_WORDS = 131_072;
const MAX_PROPERTIES = 64;
const MAX_REGIONS = 64;
/** Longest answer that is kept as JSON, in characters, and how deep. */
const MAX_JSON = 262_144;
const MAX_DEPTH = 64;

/**
 * Reads a card through another inspector, and remembers what was answered. Answers go on as they came; what makes no
 * sense, and what is beyond the bounds, is not remembered but told in `problems`.
 */
export class RecordingInspector implements DeviceInspector {
  readonly nic: NicDescriptor;
  readonly hypervisor: DeviceInspector['hypervisor'];
  private readonly memory = new Map<number, number>();
  private readonly properties = new Map<string, unknown>();
  private readonly faults = new Set<string>();
  private changedWords = 0;
  private heardRegions: readonly DeviceRegion[] | undefined;
  private heardFilter: { readonly value: unknown } | undefined;
  private isOver = false;

  constructor(private readonly inner: DeviceInspector) {
    this.nic = inner.nic;
    this.hypervisor = inner.hypervisor;
  }

  /** Whether the receive filter was given. */
  get hasFilter(): boolean {
    return this.heardFilter !== undefined;
  }

  /** The regions that make sense; `undefined` before they were given. */
  get soundRegions(): readonly DeviceRegion[] | undefined {
    return this.heardRegions;
  }

  /** What is missing or doubtful, in words. */
  get problems(): readonly string[] {
    const { changedWords } = this;
    if (changedWords === 0) return [...this.faults];
    const which = changedWords === 1 ? 'a word' : `${changedWords} words`;
    return [
      ...this.faults,
      `${which} changed while the card was recorded: it may hold two moments; record it again with the guest at rest`,
    ];
  }

  /** What was remembered. From now on nothing is. */
  finish(): CardRecording['card'] {
    this.isOver = true;
    const { nic, hypervisor, heardFilter } = this;
    return {
      type: nic.type,
      id: nic.id,
      primaryMac: nic.primaryMac,
      hypervisor: { name: hypervisor.name, version: hypervisor.version },
      regions: this.heardRegions ?? [],
      memory: Object.fromEntries([...this.memory].sort(([a], [b]) => a - b)),
      ...(heardFilter === undefined ? {} : { receiveFilter: heardFilter.value }),
      ...(this.properties.size === 0 ? {} : { properties: Object.fromEntries(this.properties) }),
    };
  }

  async receiveFilter(options: InspectOptions): Promise<unknown> {
    const answer = await this.inner.receiveFilter(options);
    const kept = this.isOver ? undefined : this.portable('the receive filter', answer);
    if (kept !== undefined) this.heardFilter = kept;
    return answer;
  }

  async regions(options: InspectOptions): Promise<readonly DeviceRegion[]> {
    const answer = await this.inner.regions(options);
    if (this.isOver) return answer;
    const given: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
    const sound = given.slice(0, MAX_REGIONS).flatMap(soundRegion);
    if (sound.length < given.length) {
      this.faults.add(
        `of ${given.length} regions ${given.length - sound.length} make no sense and were left out`,
      );
    }
    this.heardRegions = sound;
    return answer;
  }

  async readWords(ranges: readonly WordRange[], options: InspectOptions): Promise<readonly Uint32Array[]> {
    const answer = await this.inner.readWords(ranges, options);
    const given: unknown = answer; // of a monitor of others, perhaps
    if (this.isOver || !Array.isArray(given)) return answer;
    for (const [index, { address, words }] of ranges.entries()) {
      const read: unknown = given[index];
      if (read instanceof Uint32Array && isAddress(address)) this.keep(address, read.subarray(0, words));
    }
    return answer;
  }

  async property(name: string, options: InspectOptions): Promise<unknown> {
    const answer = await this.inner.property(name, options);
    const kept = this.isOver ? undefined : this.portable(`the property ${name.slice(0, 64)}`, answer);
    if (kept === undefined) return answer;
    if (this.properties.has(name) || this.properties.size < MAX_PROPERTIES)
      this.properties.set(name, kept.value);
    else this.faults.add(`more than ${MAX_PROPERTIES} properties were asked for; the others were left out`);
    return answer;
  }

  private keep(address: number, words: Uint32Array): void {
    for (const [index, word] of words.entries()) {
      const at = address + index * 4;
      const before = this.memory.get(at);
      if (before === undefined && this.memory.size >= MAX_WORDS) {
        this.faults.add(`more than ${MAX_WORDS} words were read; the others were left out`);
        return;
      }
      if (before !== undefined && before !== word) this.changedWords += 1;
      this.memory.set(at, word);
    }
  }

  /** A copy by way of JSON; `undefined`, and a fault, for what is none or is too much of it. */
  private portable(what: string, answer: unknown): { readonly value: unknown } | undefined {
    try {
      if (isNestedDeeperThan(MAX_DEPTH, answer)) throw new Error(`it is nested more than ${MAX_DEPTH} deep`);
      const json = JSON.stringify(answer) as string | undefined;
      if (json === undefined) throw new Error('it is no JSON');
      if (json.length > MAX_JSON) throw new Error(`it has more than ${MAX_JSON} characters`);
      return { value: JSON.parse(json) as unknown };
    } catch (error) {
      this.faults.add(`${what} was left out: ${messageOf(error)}`);
      return undefined;
    }
  }
}

const isAddress = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value % 4 === 0;

/** None for what is no region. */
const soundRegion = (given: unknown): readonly DeviceRegion[] => {
  const { bar, kind, address, size } = (given ?? {}) as Partial<DeviceRegion>;
  const isSound =
    isWhole(bar) &&
    isWhole(size) &&
    (kind === 'memory' || kind === 'io') &&
    (address === undefined || isWhole(address));
  return isSound ? [{ bar, kind, size, ...(address === undefined ? {} : { address }) }] : [];
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
