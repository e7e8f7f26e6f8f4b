import type { HeraldError } from '@nic-herald/core';

const FORBIDDEN = ['EACCES', 'EPERM'];

/** Whether a connection failed for want of rights: those of the socket's file, or libvirt's own. */
export const isForbidden = ({ code, details }: HeraldError): boolean =>
  code === 'HERALD_LIBVIRT_AUTH' || FORBIDDEN.includes(String(details['errno']));
