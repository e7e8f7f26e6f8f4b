import { constants } from 'node:os';
import { SystemCallError } from './linux-error.js';
import type { NetlinkSocket } from './netlink-socket.js';
import {
  addClassifier,
  addDiscipline,
  type ClassifierHook,
  type HookDiscipline,
  listFilters,
  removeClassifier,
  removeDiscipline,
  type TrafficFilter,
} from './traffic-control.js';

/**
 * A filter of ours in `tc filter show`: `nic-herald-learn`, and behind a plus which queueing discipline is ours too. So
 * also a process that finds both after a crash knows.
 */
const OUR_NAME = /^nic-herald-([a-z]{1,16})(?:\+(clsact|ingress))?$/;
/** Of the first filter of ours; unlike what others count up from 1. */
const FIRST_HANDLE = 0x6e68;
/**
 * Where ours stands, if there is room: before what hosts' tools add at the priorities that they use (Open vSwitch 49,
 * Proxmox 50, libvirt 49152), and not at those that people type.
 */
const WANTED_PRIORITY = 10;

/** What a filter of ours is for, and the queueing discipline that was made for it; `undefined` of another's filter. */
export const ourFilter = ({
  kind,
  name = '',
}: TrafficFilter): { readonly program: string; readonly made?: HookDiscipline } | undefined => {
  const [, program, made] = (kind === 'bpf' && OUR_NAME.exec(name)) || [];
  if (program === undefined) return undefined;
  return made === 'clsact' || made === 'ingress' ? { program, made } : { program };
};

/**
 * The priority at which a filter of ours is to be: before all others, so that none ends a frame's way before it was
 * seen, and else the first that is free. Filters of one priority and chain must be of one kind and protocol.
 */
export const freePriority = (filters: readonly TrafficFilter[]): number => {
  const others = filters.filter((each) => each.chain === 0 && ourFilter(each) === undefined);
  const isFree = (priority: number): boolean =>
    others.every((each) => each.priority !== priority || (each.kind === 'bpf' && each.allProtocols));
  const before = Math.min(WANTED_PRIORITY, ...others.map(({ priority }) => priority - 1));
  if (before >= 1) return before;
  let priority = 1;
  while (!isFree(priority)) priority++;
  return priority;
};

/** What a filter of ours hangs on where nothing is there: `ingress` leaves room for hosts' tools, and has no egress. */
const MADE: Readonly<Record<ClassifierHook, HookDiscipline>> = { ingress: 'ingress', egress: 'clsact' };

/**
 * Sees to it that a program is at an interface's ingress, or egress, as a filter, beside whatever filters are there and before them:
 * one that came to stand behind another is moved. Where there is no queueing discipline, one is made if `mayMake`. Says whether
 * the filter is there now. Needs CAP_NET_ADMIN. Throws SystemCallError.
 */
export const keepIngressFilter = (
  netlink: NetlinkSocket,
  index: number,
  program: { readonly name: string; readonly fd: number },
  mayMake: boolean,
  hook: ClassifierHook = 'ingress',
): boolean => {
  const filters = listFilters(netlink, index, hook);
  const isIt = (filter: TrafficFilter): boolean => ourFilter(filter)?.program === program.name;
  const present = filters.find(isIt);
  if (present !== undefined && present.priority <= freePriority(filters)) return true;
  const kind = MADE[hook];
  const made = mayMake && addDiscipline(netlink, index, kind);
  try {
    addFirst(netlink, index, program, hook, made ? kind : undefined);
  } catch (error) {
    if (made) unlessGone(() => removeDiscipline(netlink, index, kind));
    if (!mayMake && isGone(error)) return present !== undefined;
    throw error;
  }
  if (present !== undefined) {
    const { priority, handle } = present;
    unlessGone(() => removeClassifier(netlink, index, { hook, priority, handle }));
  }
  return true;
};

const addFirst = (
  netlink: NetlinkSocket,
  index: number,
  program: { readonly name: string; readonly fd: number },
  hook: ClassifierHook,
  made: HookDiscipline | undefined,
): void => {
  const filters = listFilters(netlink, index, hook);
  const ofOurs = made ?? filters.map((each) => ourFilter(each)?.made).find((each) => each !== undefined);
  const name = `nic-herald-${program.name}${ofOurs === undefined ? '' : `+${ofOurs}`}`;
  const taken = new Set(filters.map(({ handle }) => handle));
  let handle = FIRST_HANDLE;
  while (taken.has(handle)) handle++;
  const place = { hook, priority: freePriority(filters), handle, name };
  addClassifier(netlink, index, place, program.fd);
};

/**
 * Removes filters of ours at one hook, all or that of one program; and the queueing discipline where we made it and no filter
 * is left. Nothing where the interface or all of it is gone. Needs CAP_NET_ADMIN. Throws SystemCallError.
 */
export const removeIngressFilters = (
  netlink: NetlinkSocket,
  index: number,
  { only, hook = 'ingress' }: { readonly only?: string; readonly hook?: ClassifierHook } = {},
): void => {
  let made: HookDiscipline | undefined;
  for (const filter of listFilters(netlink, index, hook)) {
    const ours = ourFilter(filter);
    if (ours === undefined || (only !== undefined && ours.program !== only)) continue;
    made ??= ours.made;
    const { priority, handle } = filter;
    unlessGone(() => removeClassifier(netlink, index, { hook, priority, handle }));
  }
  if (made === undefined || listFilters(netlink, index, 'ingress').length > 0) return;
  if (made === 'clsact' && listFilters(netlink, index, 'egress').length > 0) return;
  const kind = made;
  unlessGone(() => removeDiscipline(netlink, index, kind));
};

/** The interface, its queueing discipline or the filter is not there, or no longer of that kind. */
const isGone = (error: unknown): boolean => {
  const { ENOENT, ENODEV, EINVAL } = constants.errno;
  return error instanceof SystemCallError && [ENOENT, ENODEV, EINVAL].some((one) => one === error.errno);
};

/** Somebody may remove the same at the same moment: all is well then. */
const unlessGone = (remove: () => void): void => {
  try {
    remove();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};
