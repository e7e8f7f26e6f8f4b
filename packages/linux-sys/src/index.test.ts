import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

describe('importing the package', () => {
  it('loads nothing native until the first call', async () => {
    const loaded = () =>
      Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('koffi'));
    const system = await import('./index.js');
    expect(loaded()).toEqual([]);
    if (process.platform !== 'linux') return;
    new system.NetlinkSocket().close();
    expect(loaded()).not.toEqual([]);
  });
});
