import { join } from 'node:path';
import type { LabRig } from './lab-rig.js';
import { TapReceiver } from './tap-receiver.js';

/** Captures what the network delivers to the peer, until the rig is taken down. */
export async function captureAtPeer(rig: LabRig, device = 'peer0'): Promise<TapReceiver> {
  const file = join(rig.directory, `P-${device}-in.pcap`);
  const receiver = await TapReceiver.start(rig.network.peer, device, 'in', file);
  rig.owns(receiver);
  return receiver;
}
