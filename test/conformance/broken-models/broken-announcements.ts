import { MacAddress } from '@nic-herald/wire';
import { type BrokenModel, contractOf, REPORT, soundHandler } from './sample-model.js';

const endless = function* (): Generator<never> {
  for (;;) yield { kind: 'rarp', station: { mac: REPORT.macs[0] }, evidence: 'filter' } as never;
};
const HANDLER = 'has an announce handler that announces the primary, and only what may be announced';

/** Models that restore, or announce, what they must not. */
export const modelsOfBrokenAnnouncement: readonly BrokenModel[] = [
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
