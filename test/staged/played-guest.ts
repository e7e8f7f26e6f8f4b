import { MacAddress } from '@nic-herald/wire';
import type { PlayedNic, PlayedSpec } from './played/played-spec.js';

/** A guest as its played QEMUs show it. */
export type PlayedGuest = Pick<PlayedSpec, 'uuid' | 'name' | 'nics'>;

const webUuid = '6b1d1c9e-0000-4000-8000-000000000001';

/** The stations that the guest `web-1` has, besides the card's own. */
export const web = {
  key: `uuid:${webUuid}`,
  primary: MacAddress.of('52:54:00:aa:00:01'),
  /** Its card lists it. */
  listed: MacAddress.of('52:54:00:aa:01:01'),
  /** It is only ever seen in the frames that the guest sends. */
  learned: MacAddress.of('52:54:00:aa:02:01'),
  /** Its address at `learned`. */
  address: '192.0.2.2',
  /** Its address at the card's own MAC. */
  primaryAddress: '192.0.2.1',
} as const;

/** A card at `tap0` that lists one more MAC. */
export const webNic: PlayedNic = {
  id: 'nic0',
  mac: web.primary,
  tap: 'tap0',
  filter: { unicast: [web.listed] },
};

/** The guest whose stations are in {@link web}. */
export const webGuest: PlayedGuest = { uuid: webUuid, name: 'web-1', nics: [webNic] };

/** Another guest, with a key of its own. */
export const otherGuest: PlayedGuest = {
  uuid: '6b1d1c9e-0000-4000-8000-0000000000ff',
  name: 'db-1',
  nics: [{ id: 'nic0', mac: '52:54:00:dd:00:01', tap: 'tap0', filter: { unicast: [] } }],
};

/** The same guest with its first card at another tap. */
export function atTap(guest: PlayedGuest, tap: string): PlayedGuest {
  return { ...guest, nics: guest.nics.map((nic, index) => (index === 0 ? { ...nic, tap } : nic)) };
}

/** A clone of the guest that was given a MAC of its own and nothing else, at this tap. */
export function cloneOf(guest: PlayedGuest, tap: string): PlayedGuest {
  const nic: PlayedNic = { ...webNic, mac: '52:54:00:cc:00:01', tap, filter: { unicast: [] } };
  return { ...guest, nics: [nic] };
}
