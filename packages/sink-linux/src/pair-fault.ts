import type { LinkInfo, TrafficFilter } from '@nic-herald/linux-sys';
import type { InjectorPair, PairNames } from './injector-pair.js';
import { REDIRECT_PROGRAM_NAME } from './redirect-program.js';

/** The least MTU at which every frame that announces passes, bytes. */
const LEAST_MTU = 1280;

/**
 * What is not as it was built, in words; the first fault found, `undefined` where there is none. `link` is the near end as
 * it is now, looked up by its number, and `filters` are those on what it sends.
 *
 * It must carry the program and nothing else: a filter in front decides before it does, on frames of some protocols perhaps,
 * and one behind it is never asked but was put there by somebody who thinks otherwise.
 */
export const pairFault = (
  names: PairNames,
  pair: InjectorPair,
  link: LinkInfo | undefined,
  filters: () => readonly TrafficFilter[],
): string | undefined => {
  const { near, far } = names;
  if (!link) return `${near} was removed`;
  if (link.name !== near) return `${near} was renamed to ${link.name}`;
  if (!link.up) return `${near} was set down`;
  if (link.linkedIndex !== pair.far || !link.carrier) return `${far} was set down or taken away`;
  if (link.mtu !== undefined && link.mtu < LEAST_MTU) return `the MTU of ${near} was set to ${link.mtu}`;
  const standing = filters();
  const ours = standing.find(
    ({ programId, name }) => name === REDIRECT_PROGRAM_NAME && programId === pair.programId,
  );
  if (!ours) return `the program on what ${near} sends was removed`;
  // The kernel lists each priority once with handle 0 before the filters that have it.
  const other = standing.find(
    ({ priority, handle }) => priority !== ours.priority || (handle !== 0 && handle !== ours.handle),
  );
  return other && `a filter (${other.kind}, priority ${other.priority}) was put on what ${near} sends`;
};
