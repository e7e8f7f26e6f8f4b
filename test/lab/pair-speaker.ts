import {
  ETHERNET_MIN_LENGTH,
  encodeEthernet,
  MacAddress,
  VLAN_TAG_LENGTH,
  type VlanId,
} from '@nic-herald/wire';
import { floodEtherType } from './flooder.js';
import { inNamespace } from './namespaces.js';
import { nodeCommand } from './node-command.js';
import type { TapCable } from './tap-cable.js';

/** A (MAC, VLAN) that a guest speaks from. */
export interface SpokenPair {
  readonly mac: MacAddress;
  readonly vlan: VlanId;
}

/** Lets the guest at the end of a cable speak once from each pair; the frames go on into the network. */
export async function speakFromPairs(cable: TapCable, pairs: readonly SpokenPair[]): Promise<void> {
  await inNamespace(cable.namespace, nodeCommand('pair-speaker-main.ts'), JSON.stringify(pairs));
}

/** A frame from a pair to nobody. */
export function frameFrom({ mac, vlan }: SpokenPair): Uint8Array {
  const frame = new Uint8Array(ETHERNET_MIN_LENGTH + VLAN_TAG_LENGTH);
  const tags = [{ protocol: 0x8100, id: vlan, priority: 0, dropEligible: false }] as const;
  const destination = MacAddress.of('02:00:00:00:00:00');
  encodeEthernet({ destination, source: mac, tags, etherType: floodEtherType }, frame, 0);
  return frame;
}
