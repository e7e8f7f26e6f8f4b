import {
  type Clock,
  HeraldError,
  messageOf,
  type NicDescriptor,
  type PortResolution,
  type PortResolver,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';

/** How long finding one port may take, ms. */
const RESOLVE_DEADLINE_MS = 1000;

/** The NICs with their ports, or why one has none. A port that cannot be found costs only its NIC. Rejects with HERALD_CANCELLED alone. */
export const portsOf = (
  nics: readonly NicDescriptor[],
  resolver: PortResolver | undefined,
  clock: Clock,
  outer?: AbortSignal,
): Promise<readonly NicDescriptor[]> =>
  Promise.all(
    nics.map(async (nic) => {
      const { backend } = nic;
      if (backend === undefined || nic.port !== undefined) return nic;
      if (resolver === undefined) return { ...nic, portProblem: NO_RESOLVER };
      try {
        const what = `finding the port of ${nic.id}`;
        const work = async (signal: AbortSignal): Promise<PortResolution> =>
          resolver.resolve(backend, { signal });
        const found = await withDeadline(clock, RESOLVE_DEADLINE_MS, what, work, outer);
        return 'port' in found ? { ...nic, port: found.port } : { ...nic, portProblem: found.problem };
      } catch (error) {
        if (outer?.aborted)
          throw new HeraldError('HERALD_CANCELLED', `finding the port of ${nic.id} was cancelled`);
        return { ...nic, portProblem: `it could not be found: ${messageOf(error)}` };
      }
    }),
  );

const NO_RESOLVER =
  'no plugin of this host finds ports for what the hypervisor says: add one, @nic-herald/ports-linux on Linux';
