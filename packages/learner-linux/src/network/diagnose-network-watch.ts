import { release } from 'node:os';
import { type Finding, messageOf } from '@nic-herald/core';
import { type Capability, heldCapabilities, SystemCallError } from '@nic-herald/linux-sys';
import { WatchMaps } from './watch-maps.js';

const WITHOUT =
  'who else speaks from a guest’s IP address is not noticed, so that an address that moved on to another machine may be announced; where a MAC was seen is noticed';
/** The loopback interface's number, in every namespace. */
const LOOPBACK = 1;

/** Whether this host notices who else speaks from a guest's address, and why not. `tryIt` throws where it does not. */
export const diagnoseNetworkWatch = (
  options: { readonly inKernel: boolean },
  tryIt: () => void = tryOnLoopback,
): readonly Finding[] => {
  if (!options.inKernel) return [{ level: 'note', what: `since inKernel is false, ${WITHOUT}` }];
  try {
    tryIt();
    return [{ level: 'ok', what: 'who else is in a guest’s network is noticed, MACs and IP addresses' }];
  } catch (thrown) {
    return [
      {
        level: 'note',
        what: `${WITHOUT}: ${messageOf(thrown)} (Linux ${release()})`,
        advice: adviceOn(thrown, heldCapabilities()),
        code: 'HERALD_NETWORK_WATCH_UNAVAILABLE',
      },
    ];
  }
};

const tryOnLoopback = (): void => {
  const maps = WatchMaps.create();
  try {
    void maps.attach(LOOPBACK).closeInBackground();
  } finally {
    maps.close();
  }
};

const NEEDED: readonly Capability[] = ['CAP_NET_RAW', 'CAP_BPF'];

const adviceOn = (thrown: unknown, held: ReadonlySet<Capability>): string => {
  const missing = NEEDED.filter((one) => !held.has(one) && !(one === 'CAP_BPF' && held.has('CAP_SYS_ADMIN')));
  if (missing.length > 0) return `this process lacks ${missing.join(' and ')}: run it as root or grant them`;
  const isForbidden = thrown instanceof SystemCallError && thrown.errnoName === 'EPERM';
  return isForbidden
    ? 'a container, seccomp filter or kernel lockdown forbids it: run it on the host itself'
    : 'it needs Linux 5.8 or newer with CONFIG_PACKET and BPF_SYSCALL';
};
