// Read RFC 4861 sections 4.6 and 4.6.1 before editing.
import { DecodeError, type WireFormat } from './decode-error.js';
import type { Icmpv6Frame } from './icmpv6-frame.js';
import { MacAddress } from './mac-address.js';

/** An option's length is counted in so many bytes. */
export const OPTION_UNIT = 8;

/** Which option of a message is wanted. */
interface WantedOption {
  /** Where in the message options begin. */
  readonly at: number;
  readonly type: number;
  readonly name: string;
}

/**
 * The MAC of the first such option. All options are walked, since one of no length spoils the message (sections
 * 7.1.2 and 6.1.1); each takes eight bytes at least, so the walk ends.
 */
export function linkLayerOption(
  format: WireFormat,
  { message, messageOffset }: Icmpv6Frame,
  { at: from, type, name }: WantedOption,
): MacAddress | DecodeError {
  let found: MacAddress | DecodeError | undefined;
  let at = from;
  while (at < message.length) {
    const length = (message[at + 1] ?? 0) * OPTION_UNIT;
    if (length === 0) {
      return DecodeError.invalid(format, 'option length', messageOffset + at + 1, '1 or more', 0);
    }
    if (at + length > message.length) {
      return DecodeError.truncated(format, messageOffset + at, length, message.length - at);
    }
    if (message[at] === type) found ??= MacAddress.fromBytes(message, at + 2);
    at += length;
  }
  return found ?? DecodeError.invalid(format, name, messageOffset + from, 'an option', 'none');
}
