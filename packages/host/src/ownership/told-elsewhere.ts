import { type Station, stationKey, stationOf } from '@nic-herald/core';
import type { SeenElsewhere } from '@nic-herald/core/internal';
import { VlanId } from '@nic-herald/wire';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { listedMacs } from './claimed-there.js';
import type { Ownership } from './ownership.js';
import type { Rival } from './rival.js';

/**
 * What of a NIC's claims is another's, for the host that the guest goes to: what was heard of the guest itself station by
 * station, what its card only lists on each VLAN where it was seen elsewhere. `rivals` are those of a listed MAC. Pure.
 */
export const toldElsewhere = (
  evidence: NicEvidence,
  ownership: Ownership,
  rivals: (mac: SeenElsewhere['mac']) => readonly Rival[],
): readonly SeenElsewhere[] => {
  const { nic, learned } = evidence;
  const told = new Map<string, SeenElsewhere>();
  const tell = (
    station: Station,
    verdict: ReturnType<Ownership['ofStation']>,
    more: Pick<SeenElsewhere, 'address' | 'vlanUnknown'> = {},
  ): void => {
    if (verdict === undefined || verdict.reason === 'ambiguous-address') return;
    const { reason, where, seenAt } = verdict;
    const ageMs = Number.isFinite(seenAt) ? Math.round(Math.max(0, ownership.at - seenAt)) : 0;
    told.set(`${stationKey(station)} ${more.address ?? ''}`, { ...station, ...more, reason, where, ageMs });
  };
  for (const { station, addresses = [] } of learned) {
    tell(station, ownership.ofStation(nic.id, station));
    for (const each of addresses) {
      tell(station, ownership.ofAddress(nic.id, station, each), { address: each.address });
    }
  }
  const heard = new Set(learned.map(({ station }) => station.mac));
  for (const mac of listedMacs(evidence)) {
    if (heard.has(mac)) continue;
    const seen = rivals(mac);
    const isAnyVlan = seen.some(({ vlanUnknown }) => vlanUnknown);
    const untagged = stationOf(mac);
    tell(untagged, ownership.ofStation(nic.id, untagged), isAnyVlan ? { vlanUnknown: true } : {});
    for (const { vlan } of seen) {
      if (vlan === undefined) continue;
      const tagged = stationOf(mac, VlanId.of(vlan));
      tell(tagged, ownership.ofStation(nic.id, tagged));
    }
  }
  return [...told.values()];
};
