import { describe, expect, it } from 'vitest';
import { tickLengthNs } from './tick-length.js';

describe.skipIf(process.platform !== 'linux')('tickLengthNs', () => {
  it('is a second by one of the numbers that kernels are built with', () => {
    expect([100, 250, 300, 1000]).toContain(Math.round(1e9 / tickLengthNs()));
  });
});
