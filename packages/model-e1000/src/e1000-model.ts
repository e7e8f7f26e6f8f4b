import {
  type DeviceInspector,
  type FilterView,
  type NicDescriptor,
  type NicLimits,
  type NicModel,
  nicNotEnabled,
  nicUnreadable,
  readRegisters,
  registerAddress,
  type StateSchema,
} from '@nic-herald/core';
import { VlanId } from '@nic-herald/wire';
import { type E1000State, e1000State, SECONDARY_ADDRESSES } from './e1000-state.js';
import { incompletenessOf } from './incompleteness-of.js';
import { REGISTERS_END, receiveRegisters, registerRanges, stateOfRegisters } from './receive-registers.js';

/** The two cards of this package. Their receive filters are the same; the name tells reports which it was. */
export type E1000Kind = 'e1000' | 'e1000e';

const TYPES: Readonly<Record<E1000Kind, ReadonlySet<string>>> = {
  e1000: new Set(['e1000', 'e1000-82540em', 'e1000-82544gc', 'e1000-82545em']),
  e1000e: new Set(['e1000e']),
};

/**
 * e1000 or e1000e as QEMU makes them, read from the registers of the live card: QEMU has no receive-filter
 * report for them and no event when the guest changes one, so they are read every five seconds. All of it
 * migrates with the card; nothing has to be put back.
 */
export class E1000Model implements NicModel<E1000State> {
  readonly limits: NicLimits = {
    unicast: SECONDARY_ADDRESSES,
    multicast: SECONDARY_ADDRESSES,
    shared: SECONDARY_ADDRESSES,
    vlans: 4094,
  };
  readonly state: StateSchema<E1000State> = e1000State;
  readonly changes = { pollMs: 5000 } as const;

  constructor(readonly name: E1000Kind) {}

  matches(nic: NicDescriptor): boolean {
    return TYPES[this.name].has(nic.type);
  }

  /**
   * Rejects with HERALD_NIC_NOT_ENABLED before the guest has set up the card, and with
   * HERALD_DEVICE_UNREADABLE where what is read is no such card.
   */
  async capture(device: DeviceInspector, options: { readonly signal: AbortSignal }): Promise<E1000State> {
    const address = await registerAddress(device, { bar: 0, bytes: REGISTERS_END }, options);
    const registers = receiveRegisters(await readRegisters(device, registerRanges(address), options));
    if (registers.rctl === ALL_ONES) {
      throw nicUnreadable(device.nic, 'its registers read as all ones, as where no device answers');
    }
    const state = stateOfRegisters(registers);
    if (!state.receiverOn && state.ownMac === undefined) throw nicNotEnabled(device.nic);
    return state;
  }

  filter(state: E1000State): FilterView {
    return {
      ...(state.ownMac === undefined ? {} : { currentMac: state.ownMac }),
      unicast: state.unicast,
      multicast: state.multicast,
      vlans: state.vlans === 'too-many' ? 'unknown' : state.vlans.filter(VlanId.is),
      incomplete: incompletenessOf(state),
    };
  }
}

const ALL_ONES = 0xffff_ffff;
