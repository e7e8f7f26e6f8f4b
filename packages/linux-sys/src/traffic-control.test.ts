import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFilter } from './traffic-control.js';

const golden = JSON.parse(readFileSync(new URL('golden/linux-6.1-bridge.json', import.meta.url), 'utf8')) as {
  readonly filters: readonly string[];
};

describe('parseFilter', () => {
  it('refuses what is too short', () => {
    expect(() => parseFilter(new Uint8Array(19))).toThrow(
      expect.objectContaining({ code: 'HERALD_NETLINK_MALFORMED' }) as Error,
    );
  });

  it('reads what Linux 6.1 says: the priority, then the filter in it', () => {
    const shared = { priority: 1, kind: 'bpf', allProtocols: true, chain: 0 };
    const filters = golden.filters.map((hex) => parseFilter(new Uint8Array(Buffer.from(hex, 'hex'))));
    expect(filters).toEqual([
      { ...shared, handle: 0 },
      { ...shared, handle: 0x6e68, name: 'nic-herald-learn+clsact', programId: 2 },
    ]);
  });
});
