import type { NicModel, StateSchema } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import type { CardContent } from './card-content.js';

const isContent = (value: unknown): value is CardContent =>
  typeof value === 'object' && value !== null && 'macs' in value && 'vlans' in value;

const state: StateSchema<CardContent> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (isContent(value) ? { value } : { issues: [{ message: 'no content of a card' }] }),
  },
};

/** The model of the played cards: what lists no VLANs as long as it was loaded so has lost them on its way. */
export const cardModel: NicModel<CardContent> = {
  name: 'played-card',
  limits: { unicast: 64, multicast: 64, vlans: 4094 },
  state,
  changes: 'event',
  matches: ({ type }) => type === 'played',
  capture: async (device, { signal }) => (await device.receiveFilter({ signal })) as CardContent,
  filter: ({ macs, vlans }) => ({
    unicast: macs.map((each) => MacAddress.of(each)),
    multicast: [],
    vlans: vlans.map((each) => VlanId.of(each)),
    incomplete: [],
  }),
  restore: ({ live, loaded, carried }) =>
    live.vlans.length === 0 && loaded.vlans.length === 0 ? { ...live, vlans: carried.vlans } : live,
};
