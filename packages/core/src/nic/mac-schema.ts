import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

const FITS = {
  station: MacAddress.isStationAddress,
  group: MacAddress.isGroup,
  MAC: () => true,
} as const;

/** A MAC as text: one that a station can have, one of a group, or any. */
export const macSchema = (kind: keyof typeof FITS) =>
  z
    .string()
    .max(17)
    .transform((text, context) => {
      const mac = MacAddress.parse(text);
      if (mac !== undefined && FITS[kind](mac)) return mac;
      context.addIssue(`not a ${kind} address: ${text}`);
      return z.NEVER;
    });
