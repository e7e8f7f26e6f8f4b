import type { LanSwitch, SwitchStarter } from '../lab/lan-switch.js';

/** What stands in place of the switch between the hosts. It is many, and has no one table that a scenario could ask for. */
export abstract class Fabric implements LanSwitch {
  async entries(): Promise<never[]> {
    return [];
  }

  async groups(): Promise<never[]> {
    return [];
  }

  async startQuerier(): Promise<void> {}

  abstract stop(): Promise<void>;
}

/** What a rig starts in place of its switch, and what the fabric is once it has. */
export interface FabricStarter<F extends Fabric> {
  readonly start: SwitchStarter;
  readonly fabric: () => F;
}

/** Makes a fabric and builds it; one that cannot be built is stopped. */
export const fabricStarter = <F extends Fabric>(
  make: (...of: Parameters<SwitchStarter>) => Promise<F>,
  build: (fabric: F, ...of: Parameters<SwitchStarter>) => Promise<void>,
): FabricStarter<F> => {
  let made: F | undefined;
  return {
    start: async (network, directory) => {
      const fabric = await make(network, directory);
      try {
        await build(fabric, network, directory);
      } catch (error) {
        await fabric.stop();
        throw error;
      }
      made = fabric;
      return fabric;
    },
    fabric: () => {
      if (made === undefined) throw new TypeError('the rig has not started');
      return made;
    },
  };
};
