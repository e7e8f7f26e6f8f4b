import { readFileSync } from 'node:fs';

/** Capabilities that nic-herald's native calls ask for, with their bits; see capabilities(7). */
const CAPABILITY_BITS = {
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_BPF: 39,
} as const;

/** A capability of capabilities(7) that matters here. CAP_BPF exists since Linux 5.8. */
export type Capability = keyof typeof CAPABILITY_BITS;

/** Those of the capabilities above that this process can use now. Empty where that cannot be read. */
export const heldCapabilities = (): ReadonlySet<Capability> => {
  try {
    return parseCapabilities(readFileSync('/proc/self/status', 'utf8'));
  } catch {
    return new Set();
  }
};

/** Reads the effective set out of the text of /proc/self/status. */
export const parseCapabilities = (status: string): ReadonlySet<Capability> => {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status)?.[1] ?? '0'}`);
  const names = Object.keys(CAPABILITY_BITS) as Capability[];
  return new Set(names.filter((name) => (effective >> BigInt(CAPABILITY_BITS[name])) & 1n));
};
