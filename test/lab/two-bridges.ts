import type { SwitchStarter } from './lan-switch.js';
import { ipBatch } from './namespaces.js';
import { OpenVswitch } from './open-vswitch.js';

/** The bridge of the guest's second card, and how the peer reaches it where it has a network to itself. */
export const secondBridge = 'br1';
export const secondPeer = 'peer1';

const hosts = ['A', 'B'] as const;

/** Whether the second bridges hang on the same switch as the first, or on another that has nothing to do with it. */
export type SecondNetwork = 'same' | 'other';

/**
 * One bridge per card on both hosts: tap1 moves to br1, whose uplink up1 goes to the same switch as up0, or to a plain
 * bridge where the peer has a second end.
 */
export function withSecondBridge(network: SecondNetwork): SwitchStarter {
  return async (lab, directory) => {
    for (const host of hosts) {
      const namespace = lab.hosts[host];
      await ipBatch(namespace, [
        `link add ${secondBridge} type bridge forward_delay 0`,
        `link add up1 type veth peer name sw${host}1 netns ${lab.switch}`,
        ...['up1', 'tap1'].map((device) => `link set ${device} master ${secondBridge}`),
        ...[secondBridge, 'up1'].map((device) => `link set ${device} up`),
      ]);
    }
    const ends = hosts.map((host) => `sw${host}1`);
    if (network === 'other') {
      await ipBatch(lab.peer, [
        `link add ${secondPeer} type veth peer name swP1 netns ${lab.switch}`,
        `link set ${secondPeer} up`,
      ]);
      ends.push('swP1');
      await ipBatch(lab.switch, [
        `link add ${secondBridge} type bridge forward_delay 0`,
        ...ends.map((device) => `link set ${device} master ${secondBridge}`),
        `link set ${secondBridge} up`,
      ]);
    }
    await ipBatch(
      lab.switch,
      ends.map((device) => `link set ${device} up`),
    );
    const ports = network === 'same' ? [...lab.switchPorts, ...ends] : lab.switchPorts;
    return OpenVswitch.start(lab.switch, directory, ports);
  };
}
