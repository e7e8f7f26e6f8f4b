export { DecodeError, type DecodeErrorCode, isDecodeError, type WireFormat } from './decode-error.js';
export { EncodeError } from './encode-error.js';
export { MacAddress } from './mac-address.js';
export { VlanId } from './vlan-id.js';
