import { type AnnounceHandler, HeraldError, type NicModel } from '@nic-herald/core';
import type { NicModelContractOptions } from '@nic-herald/testkit';
import { fakeDevice } from '@nic-herald/testkit';
import { MacAddress, VlanId } from '@nic-herald/wire';
import * as z from 'zod';

/** The state of the sample card. */
export interface SampleState {
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
}

const mac = z
  .string()
  .max(17)
  .refine((text) => MacAddress.is(text) && MacAddress.isStationAddress(text), 'not a station address');
const list = <T extends z.ZodType>(of: T, most: number) => z.array(z.unknown()).max(most).pipe(z.array(of));
const sampleState: z.ZodType<SampleState> = z.object({
  macs: list(mac, 16),
  vlans: list(z.int().min(1).max(4094), 64),
});

/** The receive filter of the sample card: two MACs and a VLAN. */
const REPORT = { macs: ['52:54:00:00:00:02', '52:54:00:00:00:03'], vlans: [10] };

/** A sound model; each broken one differs from it in one thing. */
const sound: NicModel<SampleState> = {
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

const soundHandler: AnnounceHandler<SampleState> = {
  model: 'sample',
  *announcements({ candidates }) {
    for (const { station, evidence } of candidates) yield { kind: 'rarp', station, evidence };
  },
};

const contractOf = (
  over: Partial<NicModel<SampleState>> | (() => Partial<NicModel<SampleState>>),
  handler: Partial<AnnounceHandler<SampleState>> = {},
): NicModelContractOptions<SampleState> => ({
  model: () => ({ ...sound, ...(typeof over === 'function' ? over() : over) }),
  handler: () => ({ ...soundHandler, ...handler }),
  cards: {
    'two MACs': () => fakeDevice({ type: 'sample-nic', receiveFilter: REPORT }),
    'no VLAN': () => fakeDevice({ type: 'sample-nic', receiveFilter: { macs: REPORT.macs, vlans: [] } }),
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

const view = (over: object) => (state: SampleState) => ({ ...sound.filter(state), ...over });
const stateIs = (state: z.ZodType<unknown>) => ({ state: state as z.ZodType<SampleState> });
const endless = function* (): Generator<never> {
  for (;;) yield { kind: 'rarp', station: { mac: REPORT.macs[0] }, evidence: 'filter' } as never;
};
let made = 0;
const next = (): number => {
  made += 1;
  return made;
};

const CAPTURES = 'captures its cards, and what it captures survives JSON and its own schema';
const HOSTILE = 'refuses hostile states, or takes only what is sound of them';
const FILTER = 'reads a state the same on every host, and leaves it as it is';
const HANDLER = 'has an announce handler that announces the primary, and only what may be announced';

export const brokenModels: readonly BrokenModel[] = [
  {
    broken: 'its name changes',
    contract: contractOf(() => ({ name: `sample-${next()}` })),
    fails: 'has a name that never changes',
    message: /`name` was "sample-\d+" and then "sample-\d+".*must never change/,
  },
  {
    broken: 'its name is that of the fallback',
    contract: contractOf({ name: 'primary-mac' }, { model: 'primary-mac' }),
    fails: 'has a name that never changes',
    message: /primary-mac, which is the host's own fallback/,
  },
  {
    broken: 'its limits are those of no card',
    contract: contractOf({ limits: { unicast: 1_000_000, multicast: 0, vlans: 64 } }),
    fails: 'has limits that a card can have',
    message: /`limits.unicast` is 1000000: a whole number from 0 to 8192 is wanted/,
  },
  {
    broken: 'it polls without pause',
    contract: contractOf({ changes: { pollMs: 0 } }),
    fails: 'says how its changes are noticed',
    message: /`changes` is \{"pollMs":0\}: 'event' is wanted, or \{ pollMs \} from 100/,
  },
  {
    broken: 'it takes every card',
    contract: contractOf({ matches: () => true }),
    fails: 'matches no other card, and throws on none',
    message: /`matches` is true for the type "".*compare `nic.type` as a whole/,
  },
  {
    broken: 'it takes cards whose type only begins like its own',
    contract: contractOf({ matches: ({ type }) => type.startsWith('sample-nic') }),
    fails: 'matches no other card, and throws on none',
    message: /`matches` is true for the type "sample-nic-of-another-kind"/,
  },
  {
    broken: 'it throws on cards without a port',
    contract: contractOf({
      matches: ({ type, port }) => {
        if (port === undefined) throw new TypeError('no port');
        return type === 'sample-nic';
      },
    }),
    fails: 'matches no other card, and throws on none',
    message: /`matches` threw on the type "": TypeError: no port.*must answer true or false/,
  },
  {
    broken: 'it does not know its own card',
    contract: contractOf({ matches: () => false }),
    fails: 'matches its own cards',
    message: /`matches` is false for two MACs \(type "sample-nic"\)/,
  },
  {
    broken: 'its capture never ends',
    contract: contractOf({ capture: () => new Promise(() => {}) }),
    fails: CAPTURES,
    message: /the capture of two MACs did not end \(waited 200 ms\)/,
  },
  {
    broken: 'its capture does not pass the signal on',
    contract: contractOf({
      capture: (device) => sound.capture(device, { signal: new AbortController().signal }),
    }),
    fails: 'gives up when it is told to',
    message: /went on after its signal was aborted: pass `options.signal` on to every read/,
  },
  {
    broken: 'its capture makes up a state where the card cannot be read',
    contract: contractOf({
      capture: (device, options) =>
        sound.capture(device, options).catch((): SampleState => ({ macs: [], vlans: [] })),
    }),
    fails: 'rejects where the card cannot be read',
    message: /gave a state though every read was refused: reject instead/,
  },
  {
    broken: 'it says that a card is not set up when it cannot be read',
    contract: contractOf({
      capture: (device, options) =>
        sound.capture(device, options).catch(() => {
          throw new HeraldError('HERALD_NIC_NOT_ENABLED', 'not now');
        }),
    }),
    fails: 'rejects where the card cannot be read',
    message:
      /rejected with HERALD_NIC_NOT_ENABLED though every read was refused: that code makes the host forget/,
  },
  {
    broken: 'its capture does not check what the card answers',
    contract: contractOf({
      capture: async (device, options) => {
        const { macs, vlans } = (await device.receiveFilter(options)) as SampleState;
        return { macs: macs.map((each) => each.toLowerCase()), vlans };
      },
    }),
    fails: 'believes no card that answers nonsense',
    message:
      /two MACs with a receive filter where it is null rejected with TypeError: .*Check what the device answers/s,
  },
  {
    broken: 'its capture throws what is no error',
    contract: contractOf({
      // biome-ignore lint/complexity/useLiteralKeys: a rejection with text, as plain JavaScript allows it
      capture: () => Promise['reject']('broken'),
    }),
    fails: CAPTURES,
    message: /the capture of two MACs failed: "broken", which is no Error/,
  },
  {
    broken: 'its state is not JSON',
    contract: contractOf({
      ...stateIs(z.any()),
      capture: async () => ({ macs: new Set(REPORT.macs), vlans: [] }) as never,
    }),
    fails: CAPTURES,
    message: /is not plain JSON, as which it travels to the other host: state\.macs is a Set/,
  },
  {
    broken: 'it captures what its schema refuses',
    contract: contractOf({ capture: async () => ({ macs: ['MAC 2'], vlans: [] }) }),
    fails: CAPTURES,
    message: /is refused by the model's own `state` schema: macs\.0: not a station address/,
  },
  {
    broken: 'its schema drops what was captured',
    contract: contractOf(
      stateIs(z.object({ macs: list(mac, 16) }).transform((state) => ({ ...state, vlans: [] }))),
    ),
    fails: CAPTURES,
    message: /is not the same after JSON and the `state` schema: .*\[10\].* became .*\[\]/,
  },
  {
    broken: 'it captures a megabyte',
    contract: contractOf({
      ...stateIs(z.any()),
      capture: async () => ({ macs: ['x'.repeat(1 << 20)], vlans: [] }),
    }),
    fails: CAPTURES,
    message: /has 10\d+ characters as JSON, a host takes 262144: bound what is kept/,
  },
  {
    broken: 'no two of its captures are the same',
    contract: contractOf({
      ...stateIs(z.looseObject({ macs: list(mac, 16), vlans: list(z.int(), 64) })),
      capture: async () => ({ ...REPORT, at: next() }),
    }),
    fails: 'captures the same of the same card',
    message: /two captures of two MACs, which did not change, differ: .*times, counters or chance/,
  },
  {
    broken: 'its schema takes anything',
    contract: contractOf(stateIs(z.any())),
    fails: 'refuses what is no state',
    message: /the `state` schema lets .* through: it must refuse what is no state of this model/,
  },
  {
    broken: 'its schema is asynchronous',
    contract: contractOf(stateIs(sampleState.refine(async () => true))),
    fails: CAPTURES,
    message:
      /is refused by the model's own `state` schema: the schema is asynchronous; it must be synchronous/,
  },
  {
    broken: 'its schema throws',
    contract: contractOf({
      state: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) => ({
            value: { ...(value as SampleState), macs: [...(value as SampleState).macs] },
          }),
        },
      },
    }),
    fails: 'refuses what is no state',
    message: /the `state` schema threw on undefined as a state: TypeError.*never throws/,
  },
  {
    broken: 'its schema takes a million stations',
    contract: contractOf(
      stateIs(z.object({ macs: z.array(mac), vlans: list(z.int().min(1).max(4094), 64) })),
    ),
    fails: HOSTILE,
    message: /where macs is a list of a million MACs has \d+ characters as JSON, a host takes 262144/,
  },
  {
    broken: 'its schema takes more stations than its limits say',
    contract: contractOf({ limits: { unicast: 1, multicast: 0, vlans: 64 } }),
    fails: FILTER,
    message: /it lists 2 secondary unicast MACs, and `limits.unicast` is 1/,
  },
  {
    broken: 'its schema does not look at a member',
    contract: contractOf(stateIs(z.object({ macs: list(mac, 16), vlans: z.any() }))),
    fails: HOSTILE,
    message: /`filter` threw on the state of two MACs where vlans is null: TypeError/,
  },
  {
    broken: 'its schema lets through what nobody looks at',
    contract: contractOf({
      ...stateIs(z.object({ macs: list(mac, 16), vlans: z.any() })),
      filter: (state) => ({ ...sound.filter({ ...state, vlans: [] }), vlans: 'unknown' }),
    }),
    fails: HOSTILE,
    message: /where vlans is an object of something else through as it is: it must look at every member/,
  },
  {
    broken: 'its filter lists the group MACs that its schema takes',
    contract: contractOf(
      stateIs(
        z.object({
          macs: list(z.string().refine(MacAddress.is), 16),
          vlans: list(z.int().min(1).max(4094), 64),
        }),
      ),
    ),
    fails: HOSTILE,
    message: /macs is a list of a group MAC breaks the contract: `unicast\[0\]` is "01:00:5e:00:00:01"/,
  },
  {
    broken: 'its filter throws',
    contract: contractOf({
      filter: () => {
        throw new RangeError('unlucky');
      },
    }),
    fails: FILTER,
    message: /`filter` threw on the state of two MACs: RangeError: unlucky/,
  },
  {
    broken: 'its filter gives nothing',
    contract: contractOf({ filter: () => undefined as never }),
    fails: FILTER,
    message: /breaks the contract: it is undefined, not a FilterView/,
  },
  {
    broken: 'its filter changes the state',
    contract: contractOf({
      filter: (state) => {
        (state.macs as string[]).sort((a, b) => (a < b ? 1 : -1));
        return sound.filter(state);
      },
    }),
    fails: FILTER,
    message: /`filter` threw on .*TypeError: .*read only.*must not change it \(the state was frozen\)/,
  },
  {
    broken: 'its filter depends on chance',
    contract: contractOf({
      filter: (state) => ({
        ...sound.filter(state),
        incomplete: [{ reason: 'chance', meaning: String(next()) }],
      }),
    }),
    fails: FILTER,
    message: /`filter` gave two views of one state.*depend on the state alone/,
  },
  {
    broken: 'its filter lists VLAN 0',
    contract: contractOf({ filter: view({ vlans: [0] }) }),
    fails: FILTER,
    message: /`vlans\[0\]` is 0: VLANs are 1 to 4094 \(0 means untagged, leave it out\)/,
  },
  {
    broken: 'its filter says that something is missing, and not why',
    contract: contractOf({ filter: view({ incomplete: [{ reason: 'promiscuous' }] }) }),
    fails: FILTER,
    message: /`incomplete\[0\]` lacks its `reason` \(a short name\) or its `meaning`/,
  },
  {
    broken: 'it restores what the guest took away',
    contract: contractOf({
      restore: ({ live, carried }) => ({ ...live, vlans: [...live.vlans, ...carried.vlans] }),
    }),
    fails: 'restores nothing where nothing was lost',
    message: /`restore` changed the state of two MACs though the card holds all that was carried/,
  },
  {
    broken: 'it restores more each time',
    contract: contractOf({
      restore: ({ live, loaded, carried }) =>
        live === loaded || carried.vlans.length === 0
          ? live
          : { ...live, vlans: [...new Set([...carried.vlans, (carried.vlans.at(-1) ?? 0) + 1])] },
    }),
    fails: 'restores to a state that it can read, and the same each time',
    message: /`restore` is not idempotent for /,
  },
  {
    broken: 'it throws while it restores',
    contract: contractOf({
      restore: () => {
        throw new RangeError('nothing to restore');
      },
    }),
    fails: 'restores to a state that it can read, and the same each time',
    message: /`restore` threw on .*RangeError: nothing to restore/,
  },
  {
    broken: 'its handler speaks for another model',
    contract: contractOf({}, { model: 'e1000' }),
    fails: 'has an announce handler that speaks for it',
    message: /the handler's `model` is "e1000", the model's `name` is "sample"/,
  },
  {
    broken: 'its handler never ends',
    contract: contractOf({}, { announcements: endless }),
    fails: HANDLER,
    message: /yielded more than \d+ announcements for \d+ candidates of two MACs: a host cuts it off/,
  },
  {
    broken: 'its handler leaves out the primary',
    contract: contractOf({}, { announcements: () => [] }),
    fails: HANDLER,
    message: /left out the primary MAC of two MACs: never announce less than QEMU does/,
  },
  {
    broken: 'its handler needs a state',
    contract: contractOf(
      {},
      {
        announcements: (context) => {
          if (context.state === undefined) throw new TypeError('no state');
          return soundHandler.announcements(context);
        },
      },
    ),
    fails: HANDLER,
    message: /threw for two MACs, of which no state is to be had: TypeError: no state.*`state` may be absent/,
  },
  {
    broken: 'its handler announces a group MAC',
    contract: contractOf(
      {},
      {
        announcements: () => [
          { kind: 'rarp', station: { mac: MacAddress.of('01:00:5e:00:00:01') }, evidence: 'filter' },
        ],
      },
    ),
    fails: HANDLER,
    message: /yielded \{.*01:00:5e:00:00:01.*\} for two MACs: `station.mac` is no address of a station/,
  },
  {
    broken: 'its handler makes evidence stronger than it is',
    contract: contractOf(
      {},
      {
        announcements: ({ candidates }) =>
          candidates.map(({ station }) => ({ kind: 'rarp', station, evidence: 'primary' as const })),
      },
    ),
    fails: HANDLER,
    message: /the candidate's evidence is `learned`: pass it on as it is/,
  },
];
