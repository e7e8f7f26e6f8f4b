import { addClassifier, addDiscipline, listFilters, type NetlinkSocket } from '@nic-herald/linux-sys';
import { u32 } from './armed-entries.js';
import { keepToOneCpu, spreadOverCpus } from './other-cpus.js';
import type { TriggerMaps } from './trigger-maps.js';
import { GENERATE_PROGRAM_NAME } from './trigger-program.js';

/** The injector's two interfaces, by name and number. */
export interface TriggerEnds {
  readonly near: { readonly name: string; readonly index: number };
  readonly far: { readonly name: string; readonly index: number };
}

/** How the kernel can send by itself. */
export interface TriggerMeans {
  /** Why it goes on at no other CPU; absent where it does. */
  readonly alone?: string;
}

/**
 * Puts the sending program where copies come in: at `far`, on the CPU on which the hypervisor writes, and at `near`, on another. What is
 * there stays. Throws SystemCallError, TypeError where ours could come before the hypervisor's own frame.
 */
export const buildTriggerStation = (
  netlink: NetlinkSocket,
  { near, far }: TriggerEnds,
  maps: Pick<TriggerMaps, 'generate' | 'elsewhere'>,
): TriggerMeans => {
  if (!keepToOneCpu(far.name, far.index))
    throw new TypeError(
      `what comes in at ${far.name} may be worked at by any CPU (net.core.rps_default_mask), so it could leave before the hypervisor's own frame`,
    );
  for (const { index } of [near, far]) {
    addDiscipline(netlink, index, 'clsact');
    const isThere = listFilters(netlink, index, 'ingress').some(({ name }) => name === GENERATE_PROGRAM_NAME);
    if (isThere) continue;
    const place = { hook: 'ingress', priority: 1, handle: 0, name: GENERATE_PROGRAM_NAME } as const;
    addClassifier(netlink, index, place, maps.generate.number);
  }
  const hashes = spreadOverCpus(near.name, near.index);
  if (typeof hashes === 'string') return { alone: hashes };
  for (const [cpu, hash] of hashes) {
    maps.elsewhere.set(u32(cpu), new Uint8Array(Uint32Array.of(near.index, hash).buffer));
  }
  return hashes.size === 0 ? { alone: 'no other CPU takes part' } : {};
};
