import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';
import {
  type BrokenModel,
  contractOf,
  list,
  mac,
  type SampleState,
  sampleState,
  sound,
} from './sample-model.js';

const stateIs = (state: z.ZodType<unknown>) => ({ state: state as z.ZodType<SampleState> });
const CAPTURES = 'captures its cards, and what it captures survives JSON and its own schema';
const HOSTILE = 'refuses hostile states, or takes only what is sound of them';
const FILTER = 'reads a state the same on every host, and leaves it as it is';

/** Models whose schema lets through, or refuses, what it must not. */
export const modelsOfBrokenState: readonly BrokenModel[] = [
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
];
