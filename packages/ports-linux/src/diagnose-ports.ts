import { accessSync, constants } from 'node:fs';
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
  /** Whether Open vSwitch's database may be asked; absent where there is none. */
  readonly openVswitch?: 'open' | 'closed';
}

/** Who may write to a socket may connect to it, unix(7). */
const databaseAt = (path: string): Pick<PortsProbe, 'openVswitch'> => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return { openVswitch: 'open' };
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'EACCES' ? { openVswitch: 'closed' } : {};
  }
};

/** Tries what the resolver needs. Never throws. */
const probePorts = (ovsdb: string): PortsProbe => {
  const probe = { held: heldCapabilities(), uid: process.geteuid?.() ?? -1, ...databaseAt(ovsdb) };
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

/** Whether the taps of guests can be found here, and whose, and whether Open vSwitch's database may be asked about them. Never throws. */
export const diagnosePorts = (
  ovsdb: string,
  { held, uid, namespace, refused, openVswitch }: PortsProbe = probePorts(ovsdb),
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
  ...(openVswitch === undefined ? [] : [databaseFinding(ovsdb, uid, openVswitch)]),
];

const databaseFinding = (ovsdb: string, uid: number, is: 'open' | 'closed'): Finding =>
  is === 'open'
    ? { level: 'ok', what: `Open vSwitch's database at ${ovsdb} tells what its ports carry` }
    : {
        level: 'note',
        what: `user ${uid} may not ask Open vSwitch's database at ${ovsdb}: stations are announced whatever its ports carry, and ports of OVN are not known`,
        advice: `let that user connect to ${ovsdb}`,
        code: 'HERALD_PORT_VLANS',
      };
