import { type GuestKey, parseSnapshot, type Snapshot } from '@nic-herald/core';
import { parseGuestKey } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';

/** A guest's key from text that is one. */
export const sampleGuest = (text: string): GuestKey => {
  const key = parseGuestKey(text);
  if (key === undefined) throw new TypeError(`not a guest key: ${text}`);
  return key;
};

const sampleMac = (number: number): MacAddress =>
  MacAddress.of(`52:54:00:00:00:${number.toString(16).padStart(2, '0')}`);

/** The primary MACs of sample snapshots: the first, the second and so on, 1 to 255. */
export const sampleMacs = (...numbers: readonly number[]): readonly MacAddress[] => numbers.map(sampleMac);

/** A snapshot with as many NICs as asked for, each with a state of odd members and some learned stations. */
export const sampleSnapshot = (guest: GuestKey, host: string, epoch: number, nics = 1): Snapshot => {
  const parsed = parseSnapshot({
    format: 1,
    guest,
    host,
    epoch,
    nics: Array.from({ length: nics }, (_, index) => ({
      id: `nic${index}`,
      primaryMac: sampleMac(index + 1),
      model: 'virtio-net',
      state: { vlans: [10, 4094], text: 'ä\u0000\n"', nested: { '': [null, 1.5, true], constructor: 'x' } },
      learned: [{ station: { mac: '52:54:00:00:10:01', vlan: 7 }, ageMs: 12.5 }],
    })),
  });
  if (parsed instanceof Error) throw parsed;
  return parsed;
};
