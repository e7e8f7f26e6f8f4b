import { setTimeout as sleep } from 'node:timers/promises';
import { arpLength, encodeArp, Ipv4Address, MacAddress } from '@nic-herald/wire';
import type { PlayedGuest } from '../staged/played-guest.js';
import { elsewhere, type Place } from './place.js';
import type { Seat } from './seat.js';

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
const everybody = MacAddress.of('ff:ff:ff:ff:ff:ff');
const nobody = MacAddress.of('00:00:00:00:00:00');

/** Makes the seat of a guest on a host, at one of its taps. */
export type SeatMaker = (host: Place, guest: PlayedGuest, label: string) => Promise<Seat>;

/**
 * A guest that goes between A and B for ever. Each host has two seats for it, each at a tap of its own, which take turns: a
 * QEMU that waits for the guest is never the process that had it there last.
 */
export class Traveller {
  /** The card's own MAC, one that the card lists, and one that is only ever seen. */
  readonly stations: readonly string[];
  readonly key: string;
  readonly #arrivals: Arrival[] = [];
  readonly #index: number;
  readonly #seats: Record<Place, readonly Seat[]>;
  #at: Place = 'A';
  readonly #turns: Record<Place, number> = { A: 0, B: 0 };

  private constructor(index: number, seats: Record<Place, readonly Seat[]>) {
    this.#index = index;
    this.#seats = seats;
    this.stations = stationsOf(index);
    this.key = `uuid:${uuidOf(index)}`;
  }

  /** It runs on A, and a QEMU waits for it on B. */
  static async start(index: number, seatOf: SeatMaker): Promise<Traveller> {
    const seats = (host: Place): Promise<Seat[]> =>
      Promise.all(turns.map((turn) => seatOf(host, guestOf(index, turn), `${host}-g${index}-${turn}`)));
    const [A, B] = await Promise.all([seats('A'), seats('B')]);
    const traveller = new Traveller(index, { A, B });
    await traveller.#seat('A').begins('running');
    await traveller.#seat('B').begins('awaited');
    return traveller;
  }

  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** It sends a frame from each of its stations, with addresses of its own, as long as it stays where it is. */
  async speaks(): Promise<void> {
    const seat = this.#seat(this.#at);
    await seat.speaks(this.stations.map((mac, number) => arpOf(mac, `10.50.${this.#index}.${1 + number}`)));
    await seat.filterChanged();
  }

  /** It moves to the other host, and where it was a QEMU waits for it again; resolves when it runs. */
  async moves(): Promise<Arrival> {
    const from = this.#at;
    const to = elsewhere[from];
    const [source, destination] = [this.#seat(from), this.#seat(to)];
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
    await source.ends();
    this.#turns[from] += 1;
    await this.#seat(from).begins('awaited');
    return arrival;
  }

  /** The seat whose turn it is on a host. */
  #seat(host: Place): Seat {
    const seat = this.#seats[host][this.#turns[host] % turns.length];
    if (seat === undefined) throw new TypeError(`no seat on ${host}`);
    return seat;
  }
}

/** How many taps a host needs for so many guests. */
export const tapsFor = (guests: number): number => guests * turns.length;

/** The guest of a number, at one of its taps. */
export function guestOf(index: number, turn = 0): PlayedGuest {
  const [mac = '', listed = ''] = stationsOf(index);
  const nic = { id: 'nic0', mac, tap: `tap${index * turns.length + turn}`, filter: { unicast: [listed] } };
  return { uuid: uuidOf(index), name: `guest-${index}`, nics: [nic] };
}

function stationsOf(index: number): readonly string[] {
  const hex = index.toString(16).padStart(2, '0');
  return ['00', '01', '02'].map((kind) => `52:54:00:50:${kind}:${hex}`);
}

/** The UUID of the guest of a number. */
export function uuidOf(index: number): string {
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
