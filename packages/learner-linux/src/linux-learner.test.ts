import { STATION_LEARNER, type StationLearner } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { linuxLearner } from './linux-learner.js';

const contributed = (options: Parameters<typeof linuxLearner>[0]): readonly string[] => {
  const names: string[] = [];
  linuxLearner(options).install({
    provide: () => expect.fail('provides nothing'),
    contribute: (token, provider) => {
      expect(token).toBe(STATION_LEARNER);
      const { factory } = provider as unknown as { factory: () => StationLearner };
      names.push(factory().name);
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
    [undefined, ['linux-bpf', 'linux-bridge']],
    [{ capacity: 256 }, ['linux-bpf', 'linux-bridge']],
    [{ inKernel: false, capacity: 65_536 }, ['linux-bridge']],
  ])('with %j contributes %j', (options, names) => {
    expect(contributed(options)).toEqual(names);
  });
});
