import { type HeraldPlugin, multiToken, PLUGIN_CONTRACT } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { describePlugins } from './describe-plugins.js';

const THING = multiToken<object>('test/thing');
const plugin = (made: object): HeraldPlugin => ({
  name: 'acme',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => registrar.contribute(THING, { factory: () => made }),
});

describe('describePlugins', () => {
  it('constructs everything and starts nothing', () => {
    let started = 0;
    const described = describePlugins([
      plugin({
        name: 'a-thing',
        start: () => {
          started++;
        },
      }),
    ]);
    expect(started).toBe(0);
    expect(described.map((each) => each.plugin)).toEqual(['acme', '@nic-herald/host']);
    expect(described[0]?.registrations).toMatchObject([
      { token: 'test/thing', cardinality: 'many', implementation: 'a-thing' },
    ]);
    expect(described[0]?.registrations[0]).not.toHaveProperty('startMs');
  });

  it('tells what composing would', () => {
    expect(() => describePlugins([plugin({}), plugin({})])).toThrow(
      expect.objectContaining({ code: 'HERALD_PLUGIN_DUPLICATE' }),
    );
  });
});
