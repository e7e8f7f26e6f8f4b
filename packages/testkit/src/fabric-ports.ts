import type { NicBackend, PortResolution, PortResolver } from '@nic-herald/core';

/**
 * Takes hypervisors at their word: the tap that QEMU names is the tap. For hosts of the fabric, where there is no process to
 * prove it by. All of a host's taps are on its one bridge.
 */
export const fabricPorts: PortResolver = {
  resolve: async ({ type, name, interfaceName }: NicBackend): Promise<PortResolution> =>
    type === 'tap' && interfaceName !== undefined
      ? { port: { kind: 'tap', name: interfaceName, attachment: { network: 'fabric', vlans: 'unaware' } } }
      : { problem: `netdev ${name} of type ${type} names no tap` },
};
