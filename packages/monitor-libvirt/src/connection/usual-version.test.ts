import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { usualVersion } from './usual-version.js';

const version = { libvirt: '9.0.0', hypervisor: '7.2.22' };

describe('usualVersion', () => {
  it('is not known where libvirt does not tell', async () => {
    expect(await usualVersion({ version: () => Promise.reject(new Error('no')) }, new TestClock())()).toBe(
      'unknown',
    );
  });

  it('keeps nobody waiting while libvirt looks', async () => {
    const clock = new TestClock();
    let tell: (given: typeof version) => void = () => undefined;
    const ask = usualVersion(
      {
        version: () =>
          new Promise((resolve) => {
            tell = resolve;
          }),
      },
      clock,
    );
    const soon = ask();
    clock.advance(100);
    expect(await soon).toBe('unknown');
    tell(version);
    expect(await ask()).toBe('7.2.22');
    expect(clock.timers).toEqual([]);
  });

  it('asks once', async () => {
    let asked = 0;
    const answer = async (): Promise<typeof version> => {
      asked += 1;
      return version;
    };
    const ask = usualVersion({ version: answer }, new TestClock());
    expect(await Promise.all([ask(), ask()])).toEqual(['7.2.22', '7.2.22']);
    expect(asked).toBe(1);
  });
});
