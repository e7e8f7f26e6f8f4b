import type { Port } from '@nic-herald/core';

/** The network that a port is in, the same for all its ports on this host; `undefined` where that is not known. */
export const networkKey = (port: Port | undefined): string | undefined => {
  const network = port?.attachment?.network;
  return network === undefined ? undefined : encodeURI(`${port?.namespace ?? ''}/${network}`);
};

/** The network's own name. */
export const networkName = (port: Port): string => port.attachment?.network ?? '';
