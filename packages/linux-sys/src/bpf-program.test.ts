import { describe, expect, it } from 'vitest';
import { instruction, withMap } from './bpf-program.js';

describe('withMap', () => {
  it('puts the descriptor where it is asked to, in a copy', () => {
    const program = Uint8Array.of(...instruction(0x18, 1, 0, 0, 0), ...instruction(0x95, 0, 0, 0, 0));
    const before = program.slice();
    const complete = withMap(program, [0], 0x01020304);
    expect(Buffer.from(complete).toString('hex')).toBe('18110000040302019500000000000000');
    expect(program).toEqual(before);
  });
});
