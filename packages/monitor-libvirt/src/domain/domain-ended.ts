import { HeraldError, isHeraldError } from '@nic-herald/core';
import { type Domain, LIBVIRT_CODES, libvirtCodeOf } from '@nic-herald/libvirt';

const ENDED = 'HERALD_LIBVIRT_ENDED';

/** A domain that has no QEMU any more cannot be introduced. */
export const domainEnded = ({ name }: Domain): HeraldError =>
  new HeraldError(ENDED, `domain ${name} does not run any more`, { details: { domain: name } });

/** Whether a domain could not be introduced because it has ended meanwhile: that is told by an event, and no trouble. */
export const hasEnded = (error: unknown): boolean =>
  libvirtCodeOf(error) === LIBVIRT_CODES.NO_DOMAIN || (isHeraldError(error) && error.code === ENDED);
