import { HeraldError } from '@nic-herald/core';
import type { XdrReader } from './xdr/xdr-reader.js';
import type { XdrWriter } from './xdr/xdr-writer.js';

/** One domain, as libvirt names it in calls and events: `remote_nonnull_domain` (remote_protocol.x). */
export interface Domain {
  readonly name: string;
  /** Lower case, with hyphens. */
  readonly uuid: string;
  /** The number of its run on this host, kept over restarts of the daemon; -1 where it does not run. */
  readonly id: number;
}

const UUID_BYTES = 16;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The protocol takes 4 MiB; names are file names at libvirt, which have at most 255 bytes. */
const MAX_NAME_BYTES = 4096;

/** Reads a domain. */
export const readDomain = (reader: XdrReader): Domain => {
  const name = reader.string(MAX_NAME_BYTES, 'domain name');
  const hex = Buffer.from(reader.fixed(UUID_BYTES, 'domain UUID')).toString('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  );
  return { name, uuid, id: reader.int('domain id') };
};

/** Writes a domain. Throws HERALD_LIBVIRT_ARGUMENT at one that could not have come from libvirt. */
export const writeDomain = (writer: XdrWriter, { name, uuid, id }: Domain): XdrWriter => {
  if (!UUID.test(uuid)) {
    throw new HeraldError('HERALD_LIBVIRT_ARGUMENT', `"${uuid}" of domain ${name} is no UUID`, {
      details: { guest: name, uuid },
    });
  }
  return writer
    .string(name, MAX_NAME_BYTES, 'a domain name')
    .fixed(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
    .int(id);
};
