import {
  type DeviceInspector,
  type FilterView,
  HeraldError,
  injectable,
  type NicDescriptor,
  type NicLimits,
  type NicModel,
  parseState,
  type RestorableStates,
  type StateSchema,
} from '@nic-herald/core';
import { VlanId } from '@nic-herald/wire';
import { incompletenessOf } from './incompleteness-of.js';
import {
  MAC_TABLE_ENTRIES,
  rxFilterReport,
  stateOfReport,
  type VirtioNetState,
  virtioNetState,
} from './virtio-net-state.js';
import { dropsVlansOnLoad, restoreVlans } from './vlan-restoration.js';
import { fillsVlanTable } from './vlan-table-stuck.js';

const TYPES: ReadonlySet<string> = new Set([
  'virtio-net-pci',
  'virtio-net-pci-transitional',
  'virtio-net-pci-non-transitional',
  'virtio-net-device',
  'virtio-net-ccw',
]);

/**
 * virtio-net as QEMU makes it, read through `query-rx-filter`. QEMU keeps this state also for vhost-net and
 * vhost-user, which only take over the data path. It emits NIC_RX_FILTER_CHANGED when the guest changes a
 * filter, but not when it loads one: the destination is read after RESUME all the same.
 */
@injectable()
export class VirtioNetModel implements NicModel<VirtioNetState> {
  readonly name = 'virtio-net';
  readonly limits: NicLimits = {
    unicast: MAC_TABLE_ENTRIES,
    multicast: MAC_TABLE_ENTRIES,
    shared: MAC_TABLE_ENTRIES,
    vlans: 4094,
  };
  readonly state: StateSchema<VirtioNetState> = virtioNetState;
  readonly changes = 'event';

  matches(nic: NicDescriptor): boolean {
    return TYPES.has(nic.type);
  }

  /** Rejects with HERALD_RX_FILTER_INVALID where what came back is no receive-filter report of one card. */
  async capture(device: DeviceInspector, options: { readonly signal: AbortSignal }): Promise<VirtioNetState> {
    const reported = parseState(rxFilterReport, await device.receiveFilter(options));
    if ('issues' in reported) {
      const { hypervisor, nic } = device;
      throw new HeraldError(
        'HERALD_RX_FILTER_INVALID',
        `${nic.id}: the receive filter that ${hypervisor.name} ${hypervisor.version} reports of this ${nic.type} ` +
          `cannot be believed (${reported.issues.join('; ')}). Until it can, only the NIC's primary MAC and what ` +
          'was learned are announced. Look at the answer to query-rx-filter on its monitor',
        { details: { nic: nic.id, hypervisor: hypervisor.version } },
      );
    }
    return stateOfReport(reported.value, {
      dropsVlansOnLoad: dropsVlansOnLoad(device.hypervisor),
      fillsVlanTable: fillsVlanTable(device.hypervisor),
    });
  }

  filter(state: VirtioNetState): FilterView {
    return {
      ...(state.mainMac === undefined ? {} : { currentMac: state.mainMac }),
      // Promiscuous or not, the tables hold what the guest asked for: a lower bound of what it answers to.
      unicast: state.unicast,
      multicast: state.multicast,
      vlans: typeof state.vlans === 'string' ? 'unknown' : state.vlans.filter(VlanId.is),
      incomplete: incompletenessOf(state),
    };
  }

  restore(states: RestorableStates<VirtioNetState>): VirtioNetState {
    return restoreVlans(states);
  }
}
