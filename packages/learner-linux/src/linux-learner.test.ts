import { NETWORK_WATCH, STATION_LEARNER } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { linuxLearner } from './linux-learner.js';

const KINDS = new Map<unknown, string>([
  [STATION_LEARNER, 'learner'],
  [NETWORK_WATCH, 'watch'],
]);

const contributed = (options: Parameters<typeof linuxLearner>[0]): readonly string[] => {
  const names: string[] = [];
  linuxLearner(options).install({
    provide: () => expect.fail('provides nothing'),
    contribute: (token, provider) => {
      const { factory } = provider as unknown as { factory: () => { readonly name: string } };
      names.push(`${KINDS.get(token) ?? '?'} ${factory().name}`);
    },
  });
  return names;
};

describe('linuxLearner', () => {
  it.each([255, 65_537, 1024.5, Number.NaN])('refuses a capacity of %s', (capacity) => {
    expect(() => linuxLearner({ capacity })).toThrow(
      expect.objectContaining({ code: 'HERALD_LEARNER_OPTION' }) as Error,
    );
  });

  it.each([
    [undefined, ['learner linux-bpf', 'learner linux-bridge', 'watch linux-bridge']],
    [{ capacity: 256 }, ['learner linux-bpf', 'learner linux-bridge', 'watch linux-bridge']],
    [{ inKernel: false, capacity: 65_536 }, ['learner linux-bridge', 'watch linux-bridge']],
  ])('with %j contributes %j', (options, names) => {
    expect(contributed(options)).toEqual(names);
  });
});
