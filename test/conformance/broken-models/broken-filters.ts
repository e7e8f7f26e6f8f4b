import { type BrokenModel, contractOf, type SampleState, sound } from './sample-model.js';

let made = 0;
const next = (): number => {
  made += 1;
  return made;
};
const view = (over: object) => (state: SampleState) => ({ ...sound.filter(state), ...over });
const FILTER = 'reads a state the same on every host, and leaves it as it is';

/** Models that read their states wrong. */
export const modelsOfBrokenFilter: readonly BrokenModel[] = [
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
    broken: 'its filter lists group MACs',
    contract: contractOf({ filter: view({ unicast: ['01:00:5e:00:00:01', '52:54:00:00:00:02'] }) }),
    fails: FILTER,
    message: /`unicast\[0\]` is "01:00:5e:00:00:01": only a unicast MAC that is not zero.*leave it out/,
  },
  {
    broken: 'its filter claims a million stations',
    contract: contractOf({ filter: view({ unicast: new Array(1_000_000).fill('52:54:00:00:00:02') }) }),
    fails: FILTER,
    message: /it lists 1000000 secondary unicast MACs, and `limits.unicast` is 16: the card cannot hold them/,
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
];
