import type { Port } from '@nic-herald/core';

/** Stands in no encoded name. */
const PART = '|';

/**
 * The network that a port is in, the same for all its ports on this host; `undefined` where that is not known. Ports whose untagged
 * frames a bridge has in different VLANs are in different networks: the same MAC or address, untagged at both, is two.
 */
export const networkKey = (port: Port | undefined): string | undefined => {
  const { network, carries } = port?.attachment ?? {};
  if (network === undefined) return undefined;
  const whole = encodeURI(`${port?.namespace ?? ''}/${network}`);
  return typeof carries?.untagged === 'number' ? `${whole}${PART}${carries.untagged}` : whole;
};

/** The bridge of a network, all its VLANs together, by `networkKey`. */
export const bridgeKey = (network: string | undefined): string | undefined => network?.split(PART, 1)[0];

/** The network's own name. */
export const networkName = (port: Port): string => port.attachment?.network ?? '';
