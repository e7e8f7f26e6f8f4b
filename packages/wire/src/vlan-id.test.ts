import { describe, expect, it } from 'vitest';
import { VlanId } from './vlan-id.js';

describe('VlanId', () => {
  it.each([-1, 0, 4095, 4096, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(VlanId.parse(value)).toBeUndefined();
    expect(VlanId.is(value)).toBe(false);
    expect(() => VlanId.of(value)).toThrow(
      expect.objectContaining({ code: 'HERALD_WIRE_INVALID', format: 'vlan-id' }),
    );
  });

  it.each([undefined, null, '100', [100], 100n])('is not %s', (value) => {
    expect(VlanId.is(value)).toBe(false);
  });

  it.each([1, 100, 4094])('takes %d', (value) => {
    expect(VlanId.parse(value)).toBe(value);
    expect(VlanId.of(value)).toBe(value);
  });
});
