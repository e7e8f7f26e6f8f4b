import { xdrFault } from '../xdr/xdr-fault.js';
import type { XdrReader } from '../xdr/xdr-reader.js';
import { LEAST_PACKET_BYTES } from './packet-splitter.js';

// Numbers and layout: libvirt's src/rpc/virnetprotocol.x.

/** What a packet is: `virNetMessageType`. Others are calls with file descriptors and holes in streams. */
export const PACKET_TYPE = { CALL: 0, REPLY: 1, MESSAGE: 2, STREAM: 3 } as const;

/** How a call went: `virNetMessageStatus`. */
export const PACKET_STATUS = { OK: 0, ERROR: 1, CONTINUE: 2 } as const;

/** The version of every program that is spoken here. */
const PROGRAM_VERSION = 1;

/** The head of each packet. Numbers that are not known here stay numbers. */
export interface RpcHeader {
  readonly program: number;
  readonly procedure: number;
  /** See `PACKET_TYPE`. */
  readonly type: number;
  /** Names a call, so that its reply is found; 0 in what the daemon says by itself. */
  readonly serial: number;
  /** See `PACKET_STATUS`. */
  readonly status: number;
}

/** The whole packet: length, header and body. */
export const encodePacket = (header: RpcHeader, body: Uint8Array): Uint8Array => {
  const { program, procedure, type, serial, status } = header;
  const packet = new Uint8Array(LEAST_PACKET_BYTES + body.length);
  const view = new DataView(packet.buffer);
  const words = [packet.length, program, PROGRAM_VERSION, procedure, type, serial, status];
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word);
  packet.set(body, LEAST_PACKET_BYTES);
  return packet;
};

/** Reads length and header; the body is what the reader has left. Throws HERALD_LIBVIRT_PROTOCOL at another version. */
export const readHeader = (reader: XdrReader): RpcHeader => {
  reader.uint('packet length');
  const program = reader.uint('program');
  const version = reader.uint('version');
  if (version !== PROGRAM_VERSION) {
    throw xdrFault('program version', 8, String(PROGRAM_VERSION), String(version));
  }
  const procedure = reader.int('procedure');
  const type = reader.uint('packet type');
  const serial = reader.uint('serial');
  const status = reader.uint('status');
  return { program, procedure, type, serial, status };
};
