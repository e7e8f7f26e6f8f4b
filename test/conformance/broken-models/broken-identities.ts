import { type BrokenModel, contractOf } from './sample-model.js';

let made = 0;
const next = (): number => {
  made += 1;
  return made;
};

/** Models that say something wrong of themselves. */
export const modelsOfBrokenIdentity: readonly BrokenModel[] = [
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
];
