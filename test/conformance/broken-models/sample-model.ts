import { type AnnounceHandler, HeraldError, type NicModel } from '@nic-herald/core';
import type { NicModelContractOptions } from '@nic-herald/testkit';
import { fakeDevice } from '@nic-herald/testkit';
import { MacAddress, VlanId } from '@nic-herald/wire';
import * as z from 'zod';

/** The state of the sample card. */
export interface SampleState {
  /** Only cards of registers have it. */
  readonly own?: string | undefined;
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
}

/** A station's MAC as the sample's schema takes it. */
export const mac = z
  .string()
  .max(17)
  .refine((text) => MacAddress.is(text) && MacAddress.isStationAddress(text), 'not a station address');
/** A list that is counted before it is looked at. */
export const list = <T extends z.ZodType>(of: T, most: number) =>
  z.array(z.unknown()).max(most).pipe(z.array(of));
/** Its schema. */
export const sampleState: z.ZodType<SampleState> = z.object({
  own: mac.optional(),
  macs: list(mac, 16),
  vlans: list(z.int().min(1).max(4094), 64),
});

/** The receive filter of the sample card: two MACs and a VLAN. */
export const REPORT = { macs: ['52:54:00:00:00:02', '52:54:00:00:00:03'], vlans: [10] };

/** A sound model; each broken one differs from it in one thing. */
export const sound: NicModel<SampleState> = {
  name: 'sample',
  limits: { unicast: 16, multicast: 0, vlans: 64 },
  state: sampleState,
  changes: 'event',
  matches: ({ type }) => type === 'sample-nic',
  capture: async (device, options) => {
    const parsed = sampleState.safeParse(await device.receiveFilter(options));
    if (parsed.success) return parsed.data;
    throw new HeraldError('HERALD_RX_FILTER_INVALID', `${device.nic.id}: ${parsed.error.message}`);
  },
  filter: ({ macs, vlans }) => ({
    unicast: macs.map(MacAddress.of),
    multicast: [],
    vlans: vlans.map(VlanId.of),
    incomplete: [],
  }),
  restore: ({ live, loaded, carried }) =>
    live.vlans.length === 0 && loaded.vlans.length === 0 ? { ...live, vlans: carried.vlans } : live,
};

/** Its announce handler: what the policy sends for each candidate. */
export const soundHandler: AnnounceHandler<SampleState> = {
  model: 'sample',
  *announcements({ candidates, announcementsFor }) {
    for (const candidate of candidates) yield* announcementsFor(candidate);
  },
};

/** The contract of the sound model with something put in its place. */
export const contractOf = (
  over: Partial<NicModel<SampleState>> | (() => Partial<NicModel<SampleState>>),
  handler: Partial<AnnounceHandler<SampleState>> = {},
): NicModelContractOptions<SampleState> => ({
  model: () => ({ ...sound, ...(typeof over === 'function' ? over() : over) }),
  handler: () => ({ ...soundHandler, ...handler }),
  cards: {
    'two MACs': () => fakeDevice({ type: 'sample-nic', receiveFilter: REPORT }),
    'no VLAN': () => fakeDevice({ type: 'sample-nic', receiveFilter: { macs: REPORT.macs, vlans: [] } }),
  },
  values: {
    'two MACs and a VLAN': {
      device: () => fakeDevice({ type: 'sample-nic', receiveFilter: REPORT }),
      unicast: REPORT.macs,
      vlans: REPORT.vlans,
      incomplete: [],
    },
  },
  limitMs: 200,
});

/** The contract of a model in which nothing is broken. */
export const soundModel = contractOf({});

/** One thing that is wrong with a model. */
export interface BrokenModel {
  /** What is wrong, for people. */
  readonly broken: string;
  readonly contract: NicModelContractOptions<SampleState>;
  /** The case that must fail, and how its message must say it. */
  readonly fails: string;
  readonly message: RegExp;
}
