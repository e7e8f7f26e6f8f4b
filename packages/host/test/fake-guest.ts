import type {
  DeviceInspector,
  Guest,
  GuestIdentity,
  NicDescriptor,
  NicModel,
  SelfAnnouncement,
  StateSchema,
} from '@nic-herald/core';
import type { FilterChanges } from '@nic-herald/core/internal';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { mac } from './sample-nic.js';

/** The state of a fake card: what its filter lists. */
export interface CardState {
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
  readonly currentMac?: string;
}

const isCardState = (value: unknown): value is CardState =>
  typeof value === 'object' &&
  value !== null &&
  'macs' in value &&
  Array.isArray(value.macs) &&
  'vlans' in value;

const cardState: StateSchema<CardState> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      isCardState(value) ? { value } : { issues: [{ message: 'no state of a fake card' }] },
  },
};

/** The model of fake cards. Its VLANs are put back as long as the card lists what it was loaded with. */
export const fakeModel = (
  over: Partial<NicModel<CardState>> = {},
  changes: FilterChanges = 'event',
): NicModel<CardState> => ({
  name: 'fake-card',
  limits: { unicast: 64, multicast: 64, vlans: 4094 },
  state: cardState,
  changes,
  matches: ({ type }) => type === 'fake',
  capture: async (device, { signal }) => (await device.receiveFilter({ signal })) as CardState,
  filter: ({ macs, vlans, currentMac }) => ({
    unicast: macs.map(MacAddress.of),
    multicast: [],
    vlans: vlans.map(VlanId.of),
    incomplete: [],
    ...(currentMac === undefined ? {} : { currentMac: MacAddress.of(currentMac) }),
  }),
  restore: ({ live, loaded, carried }) =>
    JSON.stringify(live.vlans) === JSON.stringify(loaded.vlans) && live.vlans.length === 0
      ? { ...live, vlans: carried.vlans }
      : live,
  ...over,
});

/** The cards as they were when everything is as it should be: one, with a second MAC. */
export const CARD: CardState = { macs: [mac(1)], vlans: [] };

/** A guest whose cards a test sets, and which counts who looks at them. */
export class FakeGuest implements Guest {
  readonly hypervisor = { name: 'fake', version: '1' };
  readonly identity: GuestIdentity;
  /** What the cards say; a function may wait or throw. */
  readonly cards = new Map<string, CardState | (() => Promise<CardState>)>([['nic0', CARD]]);
  descriptors: NicDescriptor[] = [nicOf('nic0')];
  /** Replaces the answer to `nics`. */
  answer: (() => Promise<readonly NicDescriptor[]>) | undefined;
  /** What it says of what its hypervisor announces. */
  announcedIs: SelfAnnouncement | 'no answer' = 'guest';
  /** How often a card was looked at. */
  inspected = 0;

  constructor(
    readonly instance = 'one',
    identity: GuestIdentity = { name: 'web-1' },
  ) {
    this.identity = identity;
  }

  async nics(): Promise<readonly NicDescriptor[]> {
    return this.answer === undefined ? this.descriptors : this.answer();
  }

  async selfAnnouncement(): Promise<SelfAnnouncement> {
    if (this.announcedIs === 'no answer') throw new Error('it does not answer');
    return this.announcedIs;
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    this.inspected += 1;
    const unused = async (): Promise<never> => {
      throw new Error('a fake card has nothing else');
    };
    return {
      nic,
      hypervisor: this.hypervisor,
      receiveFilter: async () => {
        const card = this.cards.get(nic.id);
        return typeof card === 'function' ? card() : card;
      },
      regions: unused,
      readWords: unused,
      property: unused,
    };
  }
}

/** A fake card at a tap of the same number as its primary MAC. */
export const nicOf = (id: string, over: Partial<NicDescriptor> = {}): NicDescriptor => {
  const number = Number(id.replace(/\D/g, '')) * 256;
  return {
    id,
    type: 'fake',
    primaryMac: mac(number),
    port: { kind: 'tap', name: `tap${number / 256}` },
    ...over,
  };
};

/** Work that never ends. */
export const never = (): Promise<never> => new Promise(() => {});
