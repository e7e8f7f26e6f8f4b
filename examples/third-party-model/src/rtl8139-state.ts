import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

/** What an rtl8139 holds of its guest's addresses. JSON as it stands: it travels in snapshots. */
export interface Rtl8139State {
  /** The MAC the guest uses now (IDR0 to IDR5); absent where that is none a station can have. */
  readonly ownMac?: MacAddress;
  /** RCR.AAP: the card takes every unicast frame. Linux sets it for any secondary MAC. */
  readonly unicastPromiscuous: boolean;
  /** RCR.APM: the card takes frames to its own MAC. */
  readonly takesOwnMac: boolean;
}

const stationAddress = z
  .string()
  .max(17)
  .transform((text, context) => {
    const mac = MacAddress.parse(text);
    if (mac !== undefined && MacAddress.isStationAddress(mac)) return mac;
    context.addIssue(`not a station address: ${text}`);
    return z.NEVER;
  });

/** Parses a state that another host, or another version of this package, wrote. */
export const rtl8139State: z.ZodType<Rtl8139State> = z
  .object({
    ownMac: stationAddress.optional(),
    unicastPromiscuous: z.boolean(),
    takesOwnMac: z.boolean(),
  })
  .transform(({ ownMac, ...rest }): Rtl8139State => (ownMac === undefined ? rest : { ...rest, ownMac }));
