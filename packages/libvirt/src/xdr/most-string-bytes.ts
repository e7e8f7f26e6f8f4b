/** `REMOTE_STRING_MAX` (remote_protocol.x): libvirt sends and takes no longer text. */
export const MOST_STRING_BYTES = 4 * 1024 * 1024;
