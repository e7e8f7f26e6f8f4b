import type { NicModel } from '@nic-herald/core';
import type { NicSnapshot } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { fakeModel, nicOf } from '../../test/fake-guest.js';
import { mac, station } from '../../test/sample-nic.js';
import { ModelRegistry } from './model-registry.js';
import { snapshotEvidence } from './snapshot-evidence.js';

const NIC = nicOf('nic0');
const LEARNED = [{ station: station(2, 20), ageMs: 5 }];
const handed = (over: Partial<NicSnapshot> = {}): NicSnapshot => ({
  id: 'nic0',
  primaryMac: NIC.primaryMac,
  model: 'fake-card',
  state: { macs: [mac(1)], vlans: [10] },
  learned: LEARNED,
  ...over,
});
const evidence = (nic: NicSnapshot | undefined, model: Partial<NicModel<never>> = {}) =>
  snapshotEvidence(NIC, nic, new ModelRegistry([{ ...fakeModel(), ...model }], []));
const throwing = (): never => {
  throw new Error('broken');
};

describe('snapshotEvidence', () => {
  it.each<[string, NicSnapshot | undefined, Partial<NicModel<never>>, string, string | undefined]>([
    ['no entry', undefined, {}, 'no-snapshot', undefined],
    ['a model unknown here', handed({ model: 'rtl8139' }), {}, 'no-model', undefined],
    ['no state', handed({ state: undefined }), {}, 'no-model', undefined],
    ['a state of another shape', handed({ state: { macs: 7 } }), {}, 'bad-state', 'HERALD_STATE_INVALID'],
    ['a model that fails', handed(), { filter: throwing }, 'bad-state', 'HERALD_MODEL_FAULT'],
    [
      'a view without end',
      handed(),
      {
        filter: () => ({
          unicast: Array<MacAddress>(8193).fill(mac(1)),
          multicast: [],
          vlans: [],
          incomplete: [],
        }),
      },
      'bad-state',
      'HERALD_MODEL_FAULT',
    ],
  ])('falls back to the primary MAC with %s', (_, nic, model, reason, code) => {
    const { evidence: found, problem } = evidence(nic, model);
    expect(found).toMatchObject({
      model: 'primary-mac',
      source: nic === undefined ? 'primary-mac' : 'hand-off',
      filter: { unicast: [], vlans: 'unknown', incomplete: [{ reason }] },
      learned: nic === undefined ? [] : LEARNED,
    });
    expect(problem?.code).toBe(code);
  });

  it('reads what its model wrote', () => {
    expect(evidence(handed())).toEqual({
      evidence: {
        nic: NIC,
        model: 'fake-card',
        limits: fakeModel().limits,
        source: 'hand-off',
        state: { macs: [mac(1)], vlans: [10] },
        filter: { unicast: [mac(1)], multicast: [], vlans: [10], incomplete: [] },
        learned: LEARNED,
      },
    });
  });
});
