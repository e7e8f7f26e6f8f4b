import { type Announcement, HeraldError } from '@nic-herald/core';
import type { IpAddress } from '@nic-herald/wire';

/** The address that an announcement is about, or asks for. Throws HERALD_KIND_FAULT where it has none of the right family. */
export const addressOf = <T extends IpAddress>(
  { kind, station, ...addresses }: Announcement,
  is: (value: unknown) => value is T,
  which: 'address' | 'asksFor' = 'address',
): T => {
  const address = addresses[which];
  if (is(address)) return address;
  throw new HeraldError(
    'HERALD_KIND_FAULT',
    `an announcement of kind ${kind} for ${station.mac} ${which === 'address' ? 'has' : 'asks for'} the address ${String(address)}, which is not of its family`,
    { details: { kind } },
  );
};
