import {
  type DeviceInspector,
  type FilterView,
  type InspectOptions,
  type NicDescriptor,
  type NicLimits,
  type NicModel,
  nicUnreadable,
  readRegisters,
  registerAddress,
  type StateSchema,
} from '@nic-herald/core';
import { incompletenessOf } from './incompleteness-of.js';
import { REGISTERS_END, registerRanges, stateOfRegisters } from './receive-registers.js';
import { type Rtl8139State, rtl8139State } from './rtl8139-state.js';

/**
 * QEMU's rtl8139, read from the registers of the live card. It holds one MAC, its own, and no VLAN; its 64-bit
 * multicast hash cannot be turned back into addresses. So all that can be known here is the MAC the guest gave
 * the card, which QEMU does not announce, and whether there may be more. The registers migrate with the card.
 */
export class Rtl8139Model implements NicModel<Rtl8139State> {
  readonly name = '@example/rtl8139';
  readonly limits: NicLimits = { unicast: 0, multicast: 0, vlans: 0 };
  readonly state: StateSchema<Rtl8139State> = rtl8139State;
  /** QEMU sends no event when a guest writes these registers. */
  readonly changes = { pollMs: 5000 } as const;

  matches(nic: NicDescriptor): boolean {
    return nic.type === 'rtl8139';
  }

  /**
   * Rejects with HERALD_NIC_NOT_ENABLED before the guest has set up the card, and with
   * HERALD_DEVICE_UNREADABLE where what is read is no such card.
   */
  async capture(device: DeviceInspector, options: InspectOptions): Promise<Rtl8139State> {
    const address = await registerAddress(device, { bar: 1, bytes: REGISTERS_END }, options);
    const words = await readRegisters(device, registerRanges(address), options);
    if (words.every((range) => range.every((word) => word === ALL_ONES))) {
      throw nicUnreadable(device.nic, 'its registers read as all ones, as where no device answers');
    }
    return stateOfRegisters(words);
  }

  filter(state: Rtl8139State): FilterView {
    return {
      ...(state.ownMac === undefined ? {} : { currentMac: state.ownMac }),
      unicast: [],
      multicast: [],
      vlans: 'unknown',
      incomplete: incompletenessOf(state),
    };
  }
}

const ALL_ONES = 0xffff_ffff;
