import {
  type DeviceInspector,
  type FilterView,
  type InspectOptions,
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
import { type CardPools, cardPools, hasPools } from './card-pools.js';
import { type IgbState, igbState, SECONDARY_ADDRESSES } from './igb-state.js';
import { incompletenessOf } from './incompleteness-of.js';
import {
  poolRanges,
  poolRegisters,
  REGISTERS_END,
  type ReceiveRegisters,
  receiveRegisters,
  registerRanges,
} from './receive-registers.js';
import { stateOfRegisters } from './state-of-registers.js';

/**
 * igb (82576) as QEMU 8.0 and later make it, read from the registers of the live card: QEMU has no receive-filter report for
 * it and no event when the guest changes it, so it is read every five seconds. All of it migrates with the card; nothing has
 * to be put back.
 */
export class IgbModel implements NicModel<IgbState> {
  readonly name = 'igb';
  readonly limits: NicLimits = {
    unicast: SECONDARY_ADDRESSES,
    multicast: SECONDARY_ADDRESSES,
    shared: SECONDARY_ADDRESSES,
    vlans: 4094,
  };
  readonly state: StateSchema<IgbState> = igbState;
  readonly changes = { pollMs: 5000 } as const;

  matches(nic: NicDescriptor): boolean {
    return nic.type === 'igb';
  }

  /**
   * Rejects with HERALD_NIC_NOT_ENABLED before the guest has set up the card, and with
   * HERALD_DEVICE_UNREADABLE where what is read is no such card.
   */
  async capture(device: DeviceInspector, options: InspectOptions): Promise<IgbState> {
    const address = await registerAddress(device, { bar: 0, bytes: REGISTERS_END }, options);
    const registers = receiveRegisters(await readRegisters(device, registerRanges(address), options));
    if (registers.rctl === ALL_ONES) {
      throw nicUnreadable(device.nic, 'its registers read as all ones, as where no device answers');
    }
    const state = stateOfRegisters(registers, await poolsOf(device, address, registers, options));
    if (!state.receiverOn && state.ownMac === undefined) throw nicNotEnabled(device.nic);
    return state;
  }

  filter(state: IgbState): FilterView {
    const { ownMac, unicast, multicast, vlans, pooled, outerTagged } = state;
    return {
      ...(ownMac === undefined ? {} : { currentMac: ownMac }),
      unicast,
      multicast,
      vlans: outerTagged || vlans === 'too-many' ? 'unknown' : vlans.filter(VlanId.is),
      ...(pooled === undefined || outerTagged ? {} : { exact: pooled }),
      incomplete: incompletenessOf(state),
    };
  }
}

const ALL_ONES = 0xffff_ffff;

const poolsOf = async (
  device: DeviceInspector,
  address: number,
  registers: ReceiveRegisters,
  options: InspectOptions,
): Promise<CardPools | undefined> => {
  if (!hasPools(registers)) return undefined;
  const words = await readRegisters(device, poolRanges(address), options);
  return cardPools(registers, poolRegisters(words));
};
