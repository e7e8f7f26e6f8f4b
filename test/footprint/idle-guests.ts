import { MacAddress } from '@nic-herald/wire';
import type { PlayedNic } from '../staged/played/played-spec.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import { gratuitousArp } from '../staged/spoken-frames.js';
import type { StagedRig } from '../staged/staged-rig.js';

/** Many processes that start at once only wait for each other. */
const startedTogether = 8;

/** What kind of guests a host has. */
export interface IdleGuests {
  readonly count: number;
  readonly card: NonNullable<PlayedNic['model']>;
  /** Whether migration events are on, as libvirt has them. */
  readonly events: boolean;
}

/** Starts guests on host A that said once who they are, and then say nothing. */
export async function startIdleGuests(
  rig: StagedRig,
  { count, card, events }: IdleGuests,
): Promise<readonly PlayedQemu[]> {
  const qemus: PlayedQemu[] = [];
  for (let first = 0; first < count; first += startedTogether) {
    const numbers = Array.from({ length: Math.min(startedTogether, count - first) }, (_, at) => first + at);
    qemus.push(...(await Promise.all(numbers.map((number) => startGuest(rig, number, { card, events })))));
  }
  return qemus;
}

/** Lets each guest say what it has: one address at its own MAC. */
export async function introduceThemselves(qemus: readonly PlayedQemu[]): Promise<void> {
  for (const [number, qemu] of qemus.entries()) {
    const address = `10.0.${number >> 8}.${(number & 0xff) + 1}`;
    await qemu.speaks([gratuitousArp(MacAddress.of(macOf(number)), address)]);
  }
}

function startGuest(
  rig: StagedRig,
  number: number,
  { card, events }: Pick<IdleGuests, 'card' | 'events'>,
): Promise<PlayedQemu> {
  const nic: PlayedNic = {
    ...{ id: 'nic0', mac: macOf(number), tap: `tap${number}`, model: card },
    filter: { unicast: [] },
  };
  const uuid = `6b1d1c9e-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
  return rig.qemu('A', { uuid, name: `idle-${number}`, nics: [nic] }, { label: String(number), events });
}

function macOf(number: number): string {
  return `52:54:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 0xff).toString(16).padStart(2, '0')}`;
}
