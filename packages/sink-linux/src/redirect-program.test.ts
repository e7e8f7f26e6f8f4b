import { describe, expect, it } from 'vitest';
import { REDIRECT_PROGRAM } from './redirect-program.js';

describe('the redirect program', () => {
  it('is these four instructions', () => {
    expect(Buffer.from(REDIRECT_PROGRAM).toString('hex').match(/.{16}/g)).toEqual([
      '6111080000000000', // r1 = *(u32 *)(r1 + 8), the mark
      'b702000001000000', // r2 = 1, BPF_F_INGRESS
      '8500000017000000', // call 23, bpf_redirect
      '9500000000000000', // exit
    ]);
  });
});
