import { type Clock, HeraldError, messageOf, type NicDescriptor, type PortResolver } from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import type { ListedNic } from './listed-nic.js';
import { boundedProblem, soundPort, soundResolution } from './sound-port.js';

/** How long finding one port may take, ms. */
const RESOLVE_DEADLINE_MS = 1000;

/** The NICs with their ports, or why one has none. A port that cannot be found costs only its NIC. Rejects with HERALD_CANCELLED alone. */
export const portsOf = (
  nics: readonly NicDescriptor[],
  resolver: PortResolver | undefined,
  clock: Clock,
  outer?: AbortSignal,
): Promise<readonly ListedNic[]> =>
  Promise.all(
    nics.map(async (nic): Promise<ListedNic> => {
      const { backend } = nic;
      if (nic.port !== undefined) return vouchedFor(nic);
      if (backend === undefined) return nic;
      if (resolver === undefined) return { ...nic, portProblem: NO_RESOLVER };
      try {
        const what = `finding the port of ${nic.id}`;
        const work = async (signal: AbortSignal): Promise<unknown> => resolver.resolve(backend, { signal });
        const found = soundResolution(await withDeadline(clock, RESOLVE_DEADLINE_MS, what, work, outer));
        return 'port' in found ? { ...nic, port: found.port } : { ...nic, portProblem: found.problem };
      } catch (error) {
        if (outer?.aborted)
          throw new HeraldError('HERALD_CANCELLED', `finding the port of ${nic.id} was cancelled`);
        return { ...nic, portProblem: unfound(error), isPortUnanswered: true };
      }
    }),
  );

/** A port that the monitor found itself. */
const vouchedFor = (nic: NicDescriptor): NicDescriptor => {
  const { port, ...rest } = nic;
  try {
    return { ...rest, port: soundPort(port) };
  } catch (error) {
    return { ...rest, portProblem: `what its monitor calls its port is none: ${messageOf(error)}` };
  }
};

const unfound = (error: unknown): string => boundedProblem(`it could not be found: ${messageOf(error)}`);

const NO_RESOLVER =
  'no plugin of this host finds ports for what the hypervisor says: add one, @nic-herald/ports-linux on Linux';
