import { type Station, type StationKey, stationKey } from '@nic-herald/core';
import type { StationEvidence } from '@nic-herald/core/internal';
import type { PortPicture } from './port-picture.js';

/**
 * Whether this host's bridge has a station at the guest's port. `mac-only`: it has the MAC, and keeps no VLANs. `elsewhere`: it has
 * the station at another port. `absent`: at none.
 */
export const localEvidence = (station: Station, picture: PortPicture | undefined): StationEvidence => {
  if (picture === undefined) return cannotTell('unavailable');
  if (picture.in === 'nothing') return no('no-bridge');
  if (picture.in === 'gone') return no('no-port');
  if (picture.in === 'switch') return cannotTell('switch');
  if (!picture.forwards) return no('not-forwarding');
  if (!picture.learns) return cannotTell('no-learning');
  const key = keyIn(station, picture.vlanAware);
  if (!picture.here.has(key)) return no(picture.elsewhere.has(key) ? 'elsewhere' : 'absent');
  return picture.vlanAware ? { value: 'yes' } : { value: 'yes', reason: 'mac-only' };
};

/** A station as a bridge has it that looks at VLANs, or does not. */
export const keyIn = (station: Station, vlanAware: boolean): StationKey =>
  stationKey(vlanAware ? station : { mac: station.mac });

const no = (reason: string): StationEvidence => ({ value: 'no', reason });
const cannotTell = (reason: string): StationEvidence => ({ value: 'cannot-tell', reason });
