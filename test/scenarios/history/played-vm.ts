import type { DeviceInspector, Guest, NicDescriptor } from '@nic-herald/core';
import type { MortalClock } from './mortal.js';
import type { VmProcess } from './vm-process.js';

/** A process of the world as the monitor of one agent shows it. */
export class PlayedVm implements Guest {
  readonly hypervisor = { name: 'played', version: '1' };

  constructor(
    readonly vm: VmProcess,
    private readonly clock: MortalClock,
    private readonly latencyMs: number,
  ) {}

  get instance() {
    return this.vm.id;
  }

  get identity() {
    return this.vm.machine.identity;
  }

  get process() {
    return this.vm.process;
  }

  get startedAt() {
    return this.vm.startedAt;
  }

  get origin() {
    return this.vm.origin;
  }

  async nics(): Promise<readonly NicDescriptor[]> {
    await this.clock.pause(this.latencyMs);
    return this.vm.machine.nics(this.vm.id);
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    const unused = async (): Promise<never> => {
      throw new Error('a played card has nothing else');
    };
    return {
      nic,
      hypervisor: this.hypervisor,
      receiveFilter: async () => {
        await this.clock.pause(this.latencyMs);
        return nic.id === 'nic0' ? this.vm.liveCard : { macs: [], vlans: [] };
      },
      regions: unused,
      readWords: unused,
      property: unused,
    };
  }
}
