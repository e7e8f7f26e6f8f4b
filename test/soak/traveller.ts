import { setTimeout as sleep } from 'node:timers/promises';
import { arpLength, encodeArp, Ipv4Address, MacAddress } from '@nic-herald/wire';
import type { PlayedSpec } from '../staged/played/played-spec.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import type { StagedRig } from '../staged/staged-rig.js';

type Place = 'A' | 'B';

/** One arrival of a guest. */
export interface Arrival {
  readonly host: Place;
  /** The stamp of its RESUME, ms since 1970 UTC. */
  readonly resumedAt: number;
  /** When it was stopped there; absent while it is there. */
  readonly leftAt?: number;
}

/** How long a guest is on its way before it stops, ms. */
const comesMs = 50;

const turns = [0, 1];
const elsewhere = { A: 'B', B: 'A' } as const;
const everybody = MacAddress.of('ff:ff:ff:ff:ff:ff');
const nobody = MacAddress.of('00:00:00:00:00:00');

/**
 * A guest that goes between A and B for ever. Each host has two played QEMUs for it, each at a tap of its own, which take
 * turns: a QEMU that waits for the guest is never the process that had it there last.
 */
export class Traveller {
  /** The card's own MAC, one that the card lists, and one that is only ever seen. */
  readonly stations: readonly string[];
  readonly key: string;
  readonly #arrivals: Arrival[] = [];
  readonly #rig: StagedRig;
  readonly #index: number;
  readonly #qemus: Record<Place, readonly PlayedQemu[]>;
  #at: Place = 'A';
  readonly #lives: Record<Place, number> = { A: 0, B: 0 };

  private constructor(rig: StagedRig, index: number, qemus: Record<Place, readonly PlayedQemu[]>) {
    this.#rig = rig;
    this.#index = index;
    this.#qemus = qemus;
    this.stations = stationsOf(index);
    this.key = `uuid:${uuidOf(index)}`;
  }

  /** It runs on A, and a QEMU waits for it on B. */
  static async start(rig: StagedRig, index: number): Promise<Traveller> {
    const start = (host: Place): Promise<PlayedQemu[]> =>
      Promise.all(
        turns.map((turn) => {
          const options = {
            incoming: true,
            sockets: [],
            runState: 'postmigrate',
            label: `g${index}-${turn}`,
          };
          return rig.qemu(host, guestOf(index, turn), options);
        }),
      );
    const [A, B] = await Promise.all([start('A'), start('B')]);
    const traveller = new Traveller(rig, index, { A, B });
    await traveller.#becomes('A', 'running');
    await traveller.#becomes('B', 'inmigrate');
    return traveller;
  }

  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** It sends a frame from each of its stations, with addresses of its own, as long as it stays where it is. */
  async speaks(): Promise<void> {
    const qemu = this.#qemu(this.#at);
    await qemu.speaks(this.stations.map((mac, number) => arpOf(mac, `10.50.${this.#index}.${1 + number}`)));
    await qemu.filterChanged();
  }

  /** It moves to the other host, and where it was a QEMU waits for it again; resolves when it runs. */
  async moves(): Promise<Arrival> {
    const from = this.#at;
    const to = elsewhere[from];
    const [source, destination] = [this.#qemu(from), this.#qemu(to)];
    await destination.isAwaited();
    await source.beginsToLeave();
    await sleep(comesMs);
    const left = this.#arrivals.pop();
    if (left !== undefined) this.#arrivals.push({ ...left, leftAt: Date.now() });
    await source.stops();
    await source.left();
    const resumedAt = await destination.arrives();
    this.#at = to;
    const arrival = { host: to, resumedAt };
    this.#arrivals.push(arrival);
    await source.becomes(this.#spec(from, 'postmigrate'));
    await this.#becomes(from, 'inmigrate');
    return arrival;
  }

  /** The QEMU whose turn it is on a host. */
  #qemu(host: Place): PlayedQemu {
    const qemu = this.#qemus[host][this.#lives[host] % turns.length];
    if (qemu === undefined) throw new TypeError(`no QEMU on ${host}`);
    return qemu;
  }

  /** The next QEMU of a host begins. */
  async #becomes(host: Place, runState: string): Promise<void> {
    this.#lives[host] += 1;
    await this.#qemu(host).becomes(this.#spec(host, runState));
  }

  /** One that has sent its guest away is gone. */
  #spec(host: Place, runState: string): PlayedSpec {
    const life = this.#lives[host];
    const label = `g${this.#index}-life${life}`;
    return {
      ...guestOf(this.#index, life % turns.length),
      ...{ incoming: true, runState, migration: {}, events: true },
      sockets: runState === 'postmigrate' ? [] : [this.#rig.socket(host, label)],
    };
  }
}

/** How many taps a host needs for so many guests. */
export const tapsFor = (guests: number): number => guests * turns.length;

/** The guest of a number, at one of its taps. */
export function guestOf(index: number, turn = 0): Pick<PlayedSpec, 'uuid' | 'name' | 'nics'> {
  const [mac = '', listed = ''] = stationsOf(index);
  const nic = { id: 'nic0', mac, tap: `tap${index * turns.length + turn}`, filter: { unicast: [listed] } };
  return { uuid: uuidOf(index), name: `guest-${index}`, nics: [nic] };
}

function stationsOf(index: number): readonly string[] {
  const hex = index.toString(16).padStart(2, '0');
  return ['00', '01', '02'].map((kind) => `52:54:00:50:${kind}:${hex}`);
}

function uuidOf(index: number): string {
  return `6b1d1c9e-0000-4000-8000-${(0x50_0000 + index).toString(16).padStart(12, '0')}`;
}

function arpOf(mac: string, address: string): Uint8Array {
  const [source, ip] = [MacAddress.of(mac), Ipv4Address.of(address)];
  const arp = {
    ...{ destination: everybody, source, operation: 'request' as const },
    ...{ senderMac: source, senderIp: ip, targetMac: nobody, targetIp: ip },
  };
  const frame = new Uint8Array(arpLength(arp));
  encodeArp(arp, frame, 0);
  return frame;
}
