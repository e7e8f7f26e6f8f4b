import {
  type DeviceInspector,
  type FilterView,
  HeraldError,
  type InspectOptions,
  type NicDescriptor,
  type NicLimits,
  type NicModel,
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
    const address = await registerBase(device, options);
    const words = await device.readWords(registerRanges(address), options);
    if (words.length > 0 && words.every((range) => range.every((word) => word === ALL_ONES))) {
      throw unreadable(device.nic, 'its registers read as all ones, as where no device answers');
    }
    const state = stateOfRegisters(words);
    if (state !== undefined) return state;
    const lengths = words.map((range) => range.length).join(' and ');
    throw unreadable(device.nic, `2 and 1 words were asked for, ${lengths || 'none'} came back`);
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

/** Guest-physical address of the registers: BAR 1, where the guest has mapped it. */
const registerBase = async (device: DeviceInspector, options: InspectOptions): Promise<number> => {
  const bar = (await device.regions(options)).find((region) => region.bar === 1);
  if (bar?.kind !== 'memory' || bar.size < REGISTERS_END) {
    const found = bar === undefined ? 'it has no BAR 1' : `BAR 1 is ${bar.size} bytes of ${bar.kind}`;
    throw unreadable(device.nic, `${found}, where at least ${REGISTERS_END} bytes of memory were expected`);
  }
  const { address } = bar;
  if (address === undefined) throw notEnabled(device.nic);
  if (!Number.isSafeInteger(address) || address < 0 || address % 4 !== 0) {
    throw unreadable(device.nic, `BAR 1 is said to be at ${address}, which is no address of a register`);
  }
  return address;
};

const notEnabled = (nic: NicDescriptor): HeraldError =>
  new HeraldError(
    'HERALD_NIC_NOT_ENABLED',
    `the guest has not enabled ${nic.id} (${nic.type}) yet: only its primary MAC ${nic.primaryMac} and what was ` +
      'learned are announced. Nothing to do; it is read again',
    { details: { nic: nic.id, type: nic.type } },
  );

const unreadable = (nic: NicDescriptor, found: string): HeraldError =>
  new HeraldError(
    'HERALD_DEVICE_UNREADABLE',
    `${nic.id} (${nic.type}) cannot be read: ${found}. Only its primary MAC ${nic.primaryMac} and what was ` +
      'learned are announced. If that is so on every read, report the QEMU version and machine type to the ' +
      'author of @example/nic-herald-rtl8139',
    { details: { nic: nic.id, type: nic.type } },
  );
