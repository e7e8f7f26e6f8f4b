import { type GuestIdentity, guestLabel, HeraldError, type NicDescriptor } from '@nic-herald/core';

/** What is told of a NIC whose host end was not found, or is none through which frames could leave. */
export const portless = (guest: GuestIdentity, { id, portProblem, primaryMac }: NicDescriptor): HeraldError =>
  new HeraldError(
    'HERALD_NIC_NO_PORT',
    `${guestLabel(guest)}: NIC ${id} (${primaryMac}) has no port (${portProblem ?? 'the monitor did not say'}): nothing can be announced for it`,
    { details: { nic: id } },
  );
