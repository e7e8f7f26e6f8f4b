import { MacAddress } from '@nic-herald/wire';

/**
 * The MAC in two registers, as most cards hold one; the upper half of `high` is not looked at:
 *
 *     low   31..24 byte 3   23..16 byte 2   15..8 byte 1   7..0 byte 0
 *     high                                  15..8 byte 5   7..0 byte 4
 */
export const macOfWords = (low: number, high: number): MacAddress | undefined => {
  const bytes = Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8);
  const mac = MacAddress.fromBytes(bytes);
  return typeof mac === 'string' ? mac : undefined;
};
