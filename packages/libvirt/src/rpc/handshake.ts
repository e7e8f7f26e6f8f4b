import { HeraldError } from '@nic-herald/core';
import { MOST_STRING_BYTES } from '../xdr/most-string-bytes.js';
import { XdrWriter } from '../xdr/xdr-writer.js';
import { PROCEDURES } from './procedures.js';
import type { RpcConnection } from './rpc-connection.js';

/** `REMOTE_AUTH_TYPE_LIST_MAX` (remote_protocol.x). */
const MAX_AUTH_METHODS = 20;
/** `remote_auth_type`: by number. */
const AUTH_METHODS = ['none', 'sasl', 'polkit'];
/** `VIR_CONNECT_RO` (libvirt-host.h). */
const READ_ONLY = 1;

/**
 * Authenticates and opens the driver `uri`. A daemon that asks for more than nothing is refused with HERALD_LIBVIRT_AUTH:
 * to root, and at a socket whose `auth_unix_*` is `none`, libvirt offers nothing else.
 */
export const shakeHands = async (
  connection: RpcConnection,
  { uri, readOnly, deadlineMs }: { uri: string; readOnly: boolean; deadlineMs: number },
): Promise<void> => {
  const methods = await connection.call(
    {
      procedure: PROCEDURES.authList,
      body: new Uint8Array(0),
      decode: (reader) =>
        reader.array(MAX_AUTH_METHODS, 'authentication methods', () => reader.int('method')),
    },
    { deadlineMs },
  );
  if (!methods.includes(0)) throw authNeeded(connection.socketPath, methods);
  const body = new XdrWriter()
    .optional(uri, (writer, text) => writer.string(text, MOST_STRING_BYTES, 'the URI of the driver'))
    .uint(readOnly ? READ_ONLY : 0)
    .bytes();
  await connection.call({ procedure: PROCEDURES.open, body, decode: () => undefined }, { deadlineMs });
};

const authNeeded = (socket: string, methods: readonly number[]): HeraldError => {
  const names = methods.map((method) => AUTH_METHODS[method] ?? `method ${method}`).join(', ') || 'nothing';
  return new HeraldError(
    'HERALD_LIBVIRT_AUTH',
    `libvirt at ${socket} wants authentication (${names}), which nic-herald does not do: run it as root, ` +
      'or as a user of the group that alone may open the socket, with auth_unix_rw = "none" (auth_unix_ro for the ' +
      "read-only socket) in the daemon's configuration",
    { details: { socket, methods: names } },
  );
};
