import type { NicBackend } from '@nic-herald/core';
import type { HeldInterface } from '@nic-herald/linux-sys';

/** Most names told in one sentence. */
const MAX_NAMES = 8;

/**
 * Which of the interfaces that a process has open is behind a NIC, by what the hypervisor says of it; or why none is. A
 * name alone proves nothing: it counts only where the process has the interface of that name open.
 */
export const chosenInterface = (
  { name, interfaceName, descriptors = [] }: NicBackend,
  held: readonly HeldInterface[],
): { readonly chosen: HeldInterface } | { readonly problem: string } => {
  if (descriptors.length > 0) {
    const queues = descriptors.map((fd) => held.find((each) => each.fd === fd));
    const [chosen] = queues;
    if (chosen === undefined || queues.some((queue) => queue === undefined || !isSame(queue, chosen))) {
      return {
        problem: `netdev ${name} is said to be descriptor ${descriptors.join(', ')}, which is not one tap`,
      };
    }
    return { chosen };
  }
  const [only] = held;
  if (interfaceName !== undefined) {
    const chosen = held.find((each) => each.kind === 'tap' && each.name === interfaceName);
    return chosen === undefined
      ? {
          problem: `netdev ${name} is said to be ${interfaceName}, which its process does not have open${having(held)}`,
        }
      : { chosen };
  }
  if (only !== undefined && held.every((each) => isSame(each, only))) return { chosen: only };
  return { problem: `netdev ${name} does not say which tap it is${having(held)}` };
};

/** Whether two descriptors are queues of one interface. */
const isSame = (one: HeldInterface, other: HeldInterface): boolean =>
  one.kind === 'tap'
    ? other.kind === 'tap' && other.name === one.name
    : other.kind === 'macvtap' && other.index === one.index && other.device === one.device;

const having = (held: readonly HeldInterface[]): string => {
  const names = [
    ...new Set(held.map((each) => (each.kind === 'tap' ? each.name : `macvtap number ${each.index}`))),
  ];
  if (names.length === 0) return '; it has no tap open';
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `; it has open ${names.slice(0, MAX_NAMES).join(', ')}${more}`;
};
