import { describe, expect, it } from 'vitest';
import { redirectProgram } from './redirect-program.js';

describe('the redirect program', () => {
  it('is these instructions', () => {
    expect(Buffer.from(redirectProgram(0x1234)).toString('hex').match(/.{16}/g)).toEqual([
      '6116080000000000', // r6 = *(u32 *)(r1 + 8), the mark
      '636afcff00000000', // *(u32 *)(r10 - 4) = r6
      '1811000034120000', // r1 = the map with descriptor 0x1234
      '0000000000000000',
      'bfa2000000000000', // r2 = r10
      '07020000fcffffff', // r2 += -4
      '8500000001000000', // call 1, bpf_map_lookup_elem
      '1500020000000000', // if r0 == 0 skip two
      'b701000001000000', // r1 = 1
      'db10000000000000', // lock *(u64 *)(r0 + 0) += r1
      'bf61000000000000', // r1 = r6
      'b702000001000000', // r2 = 1, BPF_F_INGRESS
      '8500000017000000', // call 23, bpf_redirect
      '9500000000000000', // exit
    ]);
  });
});
