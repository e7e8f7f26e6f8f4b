import { DecodeError } from './decode-error.js';

/**
 * A VLAN that a station can be in: an integer from 1 to 4094 (0x001 to 0xffe; IEEE 802.1Q clause 9.6).
 * Neither 0, which is a priority tag and means "untagged", nor 4095, which is reserved. Untagged is the
 * absence of a VlanId.
 */
export type VlanId = number & { readonly __brand: 'VlanId' };

const MIN = 1;
const MAX = 4094;

/** What can be done with a {@link VlanId}. */
export const VlanId = {
  /** `undefined` for anything but an integer from 1 to 4094. */
  parse: (value: number): VlanId | undefined => {
    return VlanId.is(value) ? value : undefined;
  },

  /** Whether a value from outside is a VLAN id. */
  is: (value: unknown): value is VlanId => {
    return Number.isInteger(value) && (value as number) >= MIN && (value as number) <= MAX;
  },

  /** {@link VlanId.parse} for literals and tests: throws a DecodeError (`HERALD_WIRE_INVALID`). */
  of: (value: number): VlanId => {
    if (!VlanId.is(value)) {
      throw DecodeError.invalid('vlan-id', 'value', 0, `an integer from ${MIN} to ${MAX}`, value);
    }
    return value;
  },
} as const;
