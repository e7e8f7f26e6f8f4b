import type { Port, Station } from '@nic-herald/core';
import type { Verdict } from './verdict.js';

/**
 * Why the host drops every frame of this station at its port, as it comes from the guest or as it goes there; `undefined` where it does
 * not, or may not.
 */
export const uncarried = (port: Port | undefined, { mac, vlan }: Station): Verdict | undefined => {
  const receives = port?.attachment?.receives;
  if (port !== undefined && receives !== undefined && mac !== receives) {
    return { reason: 'port-mac', detail: `${port.name} hands the guest frames for ${receives} alone` };
  }
  const { carries, network, switch: within = 'the switch' } = port?.attachment ?? {};
  if (port === undefined || carries === undefined) return undefined;
  const { untagged, tagged } = carries;
  const who = network ?? within;
  if (vlan === undefined) {
    if (untagged !== false) return undefined;
    return { reason: 'port-vlan', detail: `${who} drops untagged frames from ${port.name}` };
  }
  if (tagged.some(([first, last]) => first <= vlan && vlan <= last)) return undefined;
  return { reason: 'port-vlan', detail: `${who} carries no frames of VLAN ${vlan} from ${port.name}` };
};
