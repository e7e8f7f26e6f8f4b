import type { ContractValues } from '@nic-herald/testkit';
import { FULL_CARD, REMOVED_CARD, registerContractOf } from './register-model.js';
import { type BrokenModel, contractOf, sound } from './sample-model.js';

const FULL = 'gives the MACs and VLANs of a full card';
const REMOVED = 'gives the MACs and VLANs of a card of which a MAC was removed';
const SAMPLE = 'gives the MACs and VLANs of two MACs and a VLAN';
const TELLING = 'is given values that can tell a right reading from a wrong one';

const only = (values: ContractValues) => registerContractOf({}, values);

/** Models that read the wrong registers, and values that would not tell. */
export const modelsOfBrokenValues: readonly BrokenModel[] = [
  {
    broken: 'its table begins one entry too late',
    contract: registerContractOf({ table: 0x48 }),
    fails: FULL,
    message:
      /misreads a full card: its own MAC is expected to be 52:54:00:cc:00:01, the model gave 52:54:00:aa:00:01\. the MACs besides its own are expected to be .*Look at the offset/,
  },
  {
    broken: 'its table is where there is none',
    contract: registerContractOf({ table: 0x180 }),
    fails: FULL,
    message:
      /its own MAC is expected to be 52:54:00:cc:00:01, the model gave none.*the model gave none: 52:54:00:aa:00:01, 52:54:00:aa:00:02, 52:54:00:aa:00:03 missing/,
  },
  {
    broken: 'it takes the bytes of each word the other way round',
    contract: registerContractOf({
      bytes: (low, high) => [low >>> 24, low >>> 16, low >>> 8, low, high >>> 8, high],
    }),
    fails: FULL,
    message:
      /expected to be 52:54:00:cc:00:01, the model gave cc:00:54:52:01:00 \(cc:00:54:52:01:00 has the bytes of 52:54:00:cc:00:01 in another order\)/,
  },
  {
    broken: 'its entries lie too far apart',
    contract: registerContractOf({ stride: 16 }),
    fails: FULL,
    message:
      /expected to be 52:54:00:aa:00:01, .*, the model gave 52:54:00:aa:00:02.*52:54:00:aa:00:01, 52:54:00:aa:00:03 missing/,
  },
  {
    broken: 'it does not look at the valid bit',
    contract: registerContractOf({ valid: 0 }),
    fails: REMOVED,
    message:
      /expected to be 52:54:00:aa:00:01, the model gave 52:54:00:aa:00:01, 52:54:00:aa:00:02: 52:54:00:aa:00:02 too many/,
  },
  {
    broken: 'it looks at another bit for the valid bit',
    contract: registerContractOf({ valid: 0x4000_0000 }),
    fails: REMOVED,
    message: /the model gave none: 52:54:00:aa:00:01 missing/,
  },
  {
    broken: 'it misses the last entry of the table',
    contract: registerContractOf({ entries: 3 }),
    fails: 'gives all of a table that is full',
    message: /the model gave 52:54:00:aa:00:01, 52:54:00:aa:00:02: 52:54:00:aa:00:03 missing/,
  },
  {
    broken: 'it reads one entry beyond the table',
    contract: registerContractOf({ entries: 5 }),
    fails: REMOVED,
    message: /the model gave 52:54:00:aa:00:01, 52:54:00:ee:00:02: 52:54:00:ee:00:02 too many/,
  },
  {
    broken: 'its VLAN table is one word off',
    contract: registerContractOf({ vlans: 0xfc }),
    fails: FULL,
    message:
      /the VLANs are expected to be 10, 32, the model gave 8, 9, 10, 11, 42: 32 missing; 8, 9, 11, 42 too many/,
  },
  {
    broken: 'it counts VLANs from one',
    contract: registerContractOf({ vlan: (bit) => bit + 1 }),
    fails: FULL,
    message: /the VLANs are expected to be 10, 32, the model gave 11, 33: 10, 32 missing; 11, 33 too many/,
  },
  {
    broken: 'it knows of no VLAN',
    contract: contractOf({ filter: (state) => ({ ...sound.filter(state), vlans: 'unknown' }) }),
    fails: SAMPLE,
    message: /the VLANs are expected to be 10, the model gave 'unknown'/,
  },
  {
    broken: 'it gives a MAC twice',
    contract: contractOf({
      filter: (state) => {
        const view = sound.filter(state);
        return { ...view, unicast: [...view.unicast, ...view.unicast.slice(0, 1)] };
      },
    }),
    fails: SAMPLE,
    message: /52:54:00:00:00:02 too many/,
  },
  {
    broken: 'it pairs stations that the card does not',
    contract: contractOf({
      filter: (state) => {
        const view = sound.filter(state);
        return { ...view, exact: view.unicast.slice(0, 1).map((mac) => ({ mac })) };
      },
    }),
    fails: SAMPLE,
    message: /the stations it pairs itself are expected to be none, the model gave 52:54:00:00:00:02/,
  },
  {
    broken: 'it says that something is missing where nothing is',
    contract: contractOf({
      filter: (state) => ({
        ...sound.filter(state),
        incomplete: [{ reason: 'dark', meaning: 'It is dark.' }],
      }),
    }),
    fails: SAMPLE,
    message:
      /the reasons why that may not be all are expected to be none, the model gave dark: dark too many/,
  },
  {
    broken: 'no values are given',
    contract: only({}),
    fails: TELLING,
    message: /no `values` were given: nothing says which MACs and VLANs the model must read/,
  },
  {
    broken: 'the values have primary MACs only',
    contract: only({ removed: REMOVED_CARD }),
    fails: TELLING,
    message: /have their primary MAC as `currentMac`: a model that never reads it would pass/,
  },
  {
    broken: 'the values have no MAC besides the own one',
    contract: only({ full: { ...FULL_CARD, unicast: [] } }),
    fails: TELLING,
    message: /no card in `values` has a MAC besides its own, and `limits` allows 3/,
  },
  {
    broken: 'the values have no VLAN',
    contract: only({ full: { ...FULL_CARD, vlans: 'unknown' } }),
    fails: TELLING,
    message: /no card in `values` lists a VLAN, and `limits.vlans` is 64/,
  },
  {
    broken: 'the values have a MAC that no station can have',
    contract: only({ full: { ...FULL_CARD, unicast: ['52-54-00'] } }),
    fails: 'gives the MACs and VLANs of full',
    message: /`values` expects "52-54-00" of full, which is no MAC of a station/,
  },
];
