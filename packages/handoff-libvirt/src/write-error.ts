import { HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import { type Domain, LIBVIRT_CODES, libvirtCodeOf } from '@nic-herald/libvirt';

/** A set was not answered in time. */
export const notTaken = ({ name, uuid }: Domain, timeoutMs: number): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_WRITE',
    `libvirt did not take the snapshot of guest ${name} into its metadata within ${timeoutMs} ms. The old one stands, and it ` +
      'is tried again. The domain is being moved, or another job of it takes long (virsh domjobinfo tells)',
    { details: { guest: name, uuid } },
  );

/** Nothing can be published by this connection; the same words for every guest, so that a log says it once. */
export const readOnlyConnection = (why: string): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_READ_ONLY',
    `nic-herald cannot publish through libvirt's metadata over a read-only connection (${why}): what this host learns ` +
      "does not travel with its guests. Run it as root, or let it use the socket without '-ro'",
  );

/** libvirt refused a set: for good where it forbids it, else this time. */
export const refusedWrite = ({ name, uuid }: Domain, error: unknown): HeraldError => {
  const code = libvirtCodeOf(error);
  if (code === LIBVIRT_CODES.OPERATION_DENIED) return readOnlyConnection('libvirt denies it');
  if (code === LIBVIRT_CODES.ACCESS_DENIED) return readOnlyConnection("libvirt's access control forbids it");
  if (isHeraldError(error) && code === undefined && error.code !== 'HERALD_LIBVIRT_TIMEOUT') return error;
  return new HeraldError(
    'HERALD_HANDOFF_WRITE',
    `the snapshot of guest ${name} could not be set as libvirt's metadata: ${messageOf(error)}. The old one stands, and it ` +
      'is tried again',
    { details: { guest: name, uuid }, cause: error },
  );
};
