import { type Finding, messageOf } from '@nic-herald/core';
import {
  type Capability,
  findLink,
  heldCapabilities,
  NetlinkSocket,
  networkNamespace,
} from '@nic-herald/linux-sys';

/** What finding ports stands on, as far as it was found out. */
export interface PortsProbe {
  readonly held: ReadonlySet<Capability>;
  /** Of this process. */
  readonly uid: number;
  readonly namespace: string;
  /** Why interfaces cannot be looked at; absent where they can. */
  readonly refused?: string;
}

/** Tries what the resolver needs. Never throws. */
const probePorts = (): PortsProbe => {
  const probe = { held: heldCapabilities(), uid: process.geteuid?.() ?? -1 };
  try {
    const netlink = new NetlinkSocket();
    try {
      findLink(netlink, { name: 'lo' });
    } finally {
      netlink.close();
    }
    return { ...probe, namespace: networkNamespace() };
  } catch (error) {
    return { ...probe, namespace: 'unknown', refused: messageOf(error) };
  }
};

/** Whether the taps of guests can be found here, and whose. Never throws. */
export const diagnosePorts = (
  { held, uid, namespace, refused }: PortsProbe = probePorts(),
): readonly Finding[] => [
  refused === undefined
    ? { level: 'ok', what: `interfaces of the network namespace ${namespace} can be looked at` }
    : { level: 'problem', what: `no interface can be looked at: ${refused}`, code: 'HERALD_NIC_NO_PORT' },
  held.has('CAP_SYS_PTRACE')
    ? { level: 'ok', what: 'CAP_SYS_PTRACE is held: the taps of guests of every user are found' }
    : {
        level: 'note',
        what: `CAP_SYS_PTRACE is not held: only taps of guests that run as user ${uid} are found`,
        advice: "grant it, or run as the hypervisor's user, where guests run as another",
        code: 'HERALD_NIC_NO_PORT',
      },
];
