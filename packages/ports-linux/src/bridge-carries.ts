import type { CarriedVlans } from '@nic-herald/core';
import type { BridgePortVlans, LinkInfo } from '@nic-herald/linux-sys';

/** IEEE 802.1ad: a bridge that counts by these tags takes a guest's 802.1Q tags for part of an untagged frame. */
const SERVICE_TAG = 0x88a8;

/**
 * What a Linux bridge takes at a port (br_allowed_ingress in the kernel): where it does not filter VLANs all, which is
 * `undefined`; and so is what is not known.
 */
export const carriedByBridge = (
  { vlanFiltering, vlanProtocol }: Pick<LinkInfo, 'vlanFiltering' | 'vlanProtocol'>,
  vlans: BridgePortVlans | undefined,
): CarriedVlans | undefined => {
  if (vlanFiltering !== true || vlans === undefined) return undefined;
  const { untagged = false, ranges } = vlans;
  if (vlanProtocol !== SERVICE_TAG) return { untagged, tagged: ranges };
  return { untagged, tagged: untagged === false ? [] : [[1, 4094]] };
};
