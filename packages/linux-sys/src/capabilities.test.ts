import { describe, expect, it } from 'vitest';
import { parseCapabilities } from './capabilities.js';

describe('parseCapabilities', () => {
  it.each<[string, string, string[]]>([
    ['an empty text', '', []],
    ['a line that is no number', 'CapEff:\tzz\n', []],
    ['no capability', 'CapEff:\t0000000000000000\n', []],
    ['other sets than the effective one', 'CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\n', []],
    ['CAP_NET_RAW alone', 'CapEff:\t0000000000002000\n', ['CAP_NET_RAW']],
    ['CAP_BPF and CAP_NET_ADMIN', 'CapEff:\t0000008000001000\n', ['CAP_NET_ADMIN', 'CAP_BPF']],
    [
      'root',
      'Name:\tnode\nCapEff:\t000001ffffffffff\n',
      ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_PTRACE', 'CAP_SYS_ADMIN', 'CAP_BPF'],
    ],
  ])('reads %s', (_what, status, expected) => {
    expect([...parseCapabilities(status)]).toEqual(expected);
  });
});
