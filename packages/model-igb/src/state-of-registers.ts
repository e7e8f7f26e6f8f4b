import { macOfWords } from '@nic-herald/core';
import { listedVlans, vlansOfBits } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import { type CardPools, poolsOfVlan } from './card-pools.js';
import type { IgbState } from './igb-state.js';
import { type ListedAddress, pooledAddresses } from './pooled-addresses.js';
import type { ReceiveAddress, ReceiveRegisters } from './receive-registers.js';

const CTRL_EXT_EXT_VLAN = 1 << 26;
const RCTL_EN = 1 << 1; // receiver enabled
const RCTL_UPE = 1 << 3; // unicast promiscuous
const RCTL_MPE = 1 << 4; // multicast promiscuous
const RCTL_VFE = 1 << 18; // VLAN filter in use
const RAH_AV = 0x8000_0000; // address valid

/**
 * Reads the registers into the state. Every value of theirs gives a legal state.
 *
 * Without pools a MAC that is listed is taken on every VLAN that is listed. With pools a frame must be for a MAC and on a
 * VLAN of the same pool. QEMU then gives what matches no pool to the default pool, whatever RCTL.UPE says, so the card
 * itself takes more than its guest asked for; what counts here is what the guest asked for.
 */
export const stateOfRegisters = (registers: ReceiveRegisters, pools: CardPools | undefined): IgbState => {
  const { ctrlExt, rctl, addresses } = registers;
  const [first, ...others] = addresses.map(addressOf);
  const own = first !== undefined && MacAddress.isStationAddress(first.mac) ? first.mac : undefined;
  const listed = others.filter((each) => each !== undefined).filter(({ mac }) => mac !== own);
  const vlanFilterOn = (rctl & RCTL_VFE) !== 0;
  const vids = vlansOfBits(registers.vlanTable);
  const { macs, pooled } =
    pools === undefined
      ? { macs: [...new Set(listed.map(({ mac }) => mac))], pooled: undefined }
      : pooledAddresses(listed, vlanFilterOn ? vids : undefined, pools);
  const ownVids =
    pools === undefined ? vids : vids.filter((vid) => (poolsOfVlan(pools, vid) & pools.own) !== 0);
  return {
    ...(own === undefined ? {} : { ownMac: own }),
    receiverOn: (rctl & RCTL_EN) !== 0 && (pools === undefined || (pools.own & pools.receiving) !== 0),
    unicastPromiscuous: (rctl & RCTL_UPE) !== 0,
    multicastPromiscuous: (rctl & RCTL_MPE) !== 0,
    vlanFilterOn,
    outerTagged: (ctrlExt & CTRL_EXT_EXT_VLAN) !== 0,
    unicast: macs.filter(MacAddress.isStationAddress),
    multicast: macs.filter(MacAddress.isGroup),
    vlans: listedVlans(ownVids),
    ...(pooled === undefined ? {} : { pooled }),
  };
};

/** A receive address where it is valid: RAH has the valid bit and, in 25..18, the pools. */
const addressOf = ({ low, high }: ReceiveAddress): ListedAddress | undefined => {
  if ((high & RAH_AV) === 0) return undefined;
  const mac = macOfWords(low, high);
  return mac && { mac, high };
};
