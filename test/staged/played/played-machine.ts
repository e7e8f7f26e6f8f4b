import { readWords, registersAt } from './played-e1000.js';
import type { PlayedChange, PlayedMigration, PlayedNic, PlayedSpec } from './played-spec.js';

const version = { qemu: { micro: 22, minor: 2, major: 7 }, package: 'Debian 1:7.2+dfsg-7+deb12u18' };
const usualModel = 'virtio-net-pci';
const nilUuid = '00000000-0000-0000-0000-000000000000';

/** The first line of a connection. */
export const greeting = { QMP: { version, capabilities: ['oob'] } };

/** A command's outcome, without its id. */
export type Reply =
  | { readonly return: unknown }
  | { readonly error: { readonly class: string; readonly desc: string } };

/** What came with a command. */
export interface Given {
  readonly name?: unknown;
  readonly path?: unknown;
  readonly property?: unknown;
  readonly capabilities?: unknown;
  readonly 'command-line'?: unknown;
}

type Listener = (event: object) => void;

/** A refusal, in QEMU's words. */
export const refuse = (kind: string, desc: string): Reply => ({ error: { class: kind, desc } });

/** One machine and what it answers, as QEMU 7.2 was recorded to (packages/testkit/recordings). */
export class PlayedMachine {
  readonly #spec: PlayedSpec;
  readonly #listeners = new Set<Listener>();
  #runState: string;
  #migration: PlayedMigration;
  #events: boolean;
  #commands = 0;
  #listings = 0;
  #listed: () => void = () => undefined;
  /** False while its cards hold defaults: before a migration has brought what they hold. */
  #loaded: boolean;

  constructor(spec: PlayedSpec) {
    this.#spec = spec;
    this.#runState = spec.runState;
    this.#migration = spec.migration;
    this.#events = spec.events;
    this.#loaded = spec.runState !== 'inmigrate';
  }

  /** Hears every event. Returns the way to stop. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes where it stands, and tells the events; gives their stamps. */
  change({ runState, migration, loaded, events = [] }: PlayedChange): number[] {
    this.#runState = runState ?? this.#runState;
    this.#migration = migration ?? this.#migration;
    this.#loaded = loaded ?? this.#loaded;
    return events.map(({ event, data }) => this.#emit(event, data));
  }

  /** How many commands it was asked so far. */
  get commands(): number {
    return this.#commands;
  }

  /**
   * Resolves once it was asked for its NICs so often, or after a while: once as it is introduced, and again as something is
   * made of them.
   */
  async isListed(count: number, limitMs: number): Promise<void> {
    if (this.#listings >= count) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, limitMs);
      this.#listed = () => {
        if (this.#listings < count) return;
        clearTimeout(late);
        resolve();
      };
    });
  }

  answer(command: string, given: Given): Reply {
    this.#commands += 1;
    const { uuid = nilUuid, name } = this.#spec;
    switch (command) {
      case 'query-version':
        return { return: version };
      case 'query-name':
        return { return: { name } };
      case 'query-uuid':
        return { return: { UUID: uuid } };
      case 'query-status': {
        const running = this.#runState === 'running';
        return { return: { status: this.#runState, singlestep: false, running } };
      }
      case 'query-migrate':
        return { return: this.#migration };
      case 'query-migrate-capabilities':
        return { return: this.#capabilities() };
      case 'query-migrate-parameters':
        return { return: { 'announce-rounds': 5 } };
      case 'migrate-set-capabilities':
        return this.#setCapabilities(given);
      case 'query-colo-status':
        return { return: { mode: this.#coloMode(), 'last-mode': 'none', reason: 'none' } };
      case 'human-monitor-command':
        return { return: this.#human(given['command-line']) };
      case 'qom-list':
        return { return: this.#children(given.path) };
      case 'qom-get':
        return this.#property(given.path, given.property);
      case 'query-pci':
        return { return: [{ bus: 0, devices: this.#spec.nics.map(pciFunction) }] };
      case 'query-rx-filter':
        return this.#rxFilter(given.name);
      default:
        return refuse('CommandNotFound', `The command ${command} has not been found`);
    }
  }

  /** Those of migrations are told only where the capability is on. */
  #emit(event: string, data: unknown): number {
    const at = performance.timeOrigin + performance.now();
    if (event.startsWith('MIGRATION') && !this.#events) return at;
    const seconds = Math.floor(at / 1000);
    const timestamp = { seconds, microseconds: Math.floor((at - seconds * 1000) * 1000) };
    for (const tell of this.#listeners) tell({ timestamp, event, ...(data === undefined ? {} : { data }) });
    return at;
  }

  #capabilities(): object[] {
    return [
      { capability: 'xbzrle', state: false },
      { capability: 'events', state: this.#events },
      { capability: 'postcopy-ram', state: false },
      { capability: 'x-colo', state: this.#spec.colo === true },
    ];
  }

  #setCapabilities({ capabilities }: Given): Reply {
    if (!Array.isArray(capabilities)) return refuse('GenericError', "Parameter 'capabilities' is missing");
    for (const { capability, state } of capabilities as { capability: string; state: boolean }[]) {
      if (capability === 'events') this.#events = state;
    }
    return { return: {} };
  }

  #coloMode(): string {
    if (this.#migration.status !== 'colo') return 'none';
    return this.#spec.incoming ? 'secondary' : 'primary';
  }

  #human(line: unknown): string {
    const asked = /^xp \/(\d+)xw 0x([0-9a-f]+)$/.exec(String(line));
    if (asked !== null) {
      return readWords(this.#spec.nics, Number(asked[1]), Number.parseInt(asked[2] ?? '', 16));
    }
    this.#listings += 1;
    this.#listed();
    if (line !== 'info network') return `unknown command: '${String(line)}'\r\n`;
    const clients = this.#spec.nics.map(
      ({ id, mac, tap, model = usualModel, says = tap }) =>
        `${id}: index=0,type=nic,model=${model},macaddr=${mac}\r\n` +
        ` \\ net-${id}: index=0,type=tap,ifname=${says},script=no,downscript=no\r\n`,
    );
    return clients.join('');
  }

  #children(path: unknown): object[] {
    if (path !== '/machine/peripheral') return [];
    return this.#spec.nics.map(({ id, model = usualModel }) => ({ name: id, type: `child<${model}>` }));
  }

  #property(path: unknown, property: unknown): Reply {
    const nic = this.#spec.nics.find(({ id }) => path === `/machine/peripheral/${id}`);
    if (nic === undefined) return refuse('DeviceNotFound', `Device '${String(path)}' not found`);
    if (property === 'mac') return { return: nic.mac };
    if (property === 'netdev') return { return: `net-${nic.id}` };
    return refuse('GenericError', `Property 'virtio-net-pci.${String(property)}' not found`);
  }

  #rxFilter(name: unknown): Reply {
    const found = this.#spec.nics.filter(({ id }) => name === undefined || id === name);
    if (found.length === 0) return refuse('GenericError', `invalid net client name: ${String(name)}`);
    return { return: found.map((nic) => this.#filterOf(nic)) };
  }

  /** A virtio card whose driver has listed MACs and no VLAN but 0; before it is loaded, as it comes. */
  #filterOf({ id, mac, filter }: PlayedNic): object {
    const isLoaded = this.#loaded;
    return {
      name: id,
      'main-mac': mac,
      promiscuous: !isLoaded,
      'broadcast-allowed': false,
      multicast: 'normal',
      'multicast-overflow': false,
      'multicast-table': isLoaded ? ['01:00:5e:00:00:01'] : [],
      unicast: 'normal',
      'unicast-overflow': false,
      'unicast-table': isLoaded ? filter.unicast : [],
      vlan: 'normal',
      'vlan-table': isLoaded ? [0] : [],
    };
  }
}

/** A card as `query-pci` lists it, with its registers where {@link readWords} finds them. */
function pciFunction({ id, model = usualModel }: PlayedNic, index: number): object {
  const memory = { bar: 0, type: 'memory', size: 0x20000, address: registersAt(index), mem_type_64: false };
  return { qdev_id: id, slot: 3 + index, function: 0, regions: model === 'e1000' ? [memory] : [] };
}
