import { XdrWriter } from '../src/xdr/xdr-writer.js';

/** libvirt's error in answer to a call. `code`: see `LIBVIRT_CODES`. */
export class FakeRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const MANY = 4 * 1024 * 1024;

/** `virNetMessageError` as the daemon sends it. */
export const refusalBody = ({ code, message }: FakeRefusal): Uint8Array => {
  const text = (writer: XdrWriter, each: string): XdrWriter => writer.string(each, MANY, 'text');
  return new XdrWriter()
    .int(code)
    .int(10) // VIR_FROM_QEMU
    .optional(message, text)
    .int(2) // VIR_ERR_ERROR
    .bool(false)
    .optional('%s', text)
    .optional(message, text)
    .bool(false)
    .int(-1)
    .int(-1)
    .bool(false)
    .bytes()
    .slice();
};
