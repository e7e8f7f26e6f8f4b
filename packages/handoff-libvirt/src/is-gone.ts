import { LIBVIRT_CODES, libvirtCodeOf } from '@nic-herald/libvirt';

/** Whether a call failed as its domain does not run any more: it is unknown now, or only defined. */
export const isGone = (error: unknown): boolean => {
  const code = libvirtCodeOf(error);
  return code === LIBVIRT_CODES.NO_DOMAIN || code === LIBVIRT_CODES.OPERATION_INVALID;
};
