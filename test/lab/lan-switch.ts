import type { LabNetwork } from './namespaces.js';

/** Where the switch has learned one station: its port, by interface name. */
export interface SwitchEntry {
  readonly mac: string;
  /** 0 = untagged; undefined: on every VLAN, for the switch keeps one table. */
  readonly vlan: number | undefined;
  readonly port: string;
}

/** Where the switch knows listeners of a multicast group. */
export interface GroupEntry {
  /** IP address of the group. */
  readonly group: string;
  /** As in {@link SwitchEntry}. */
  readonly vlan: number | undefined;
  readonly port: string;
}

/** The learning switch between the hosts; its ports are named after who is there: swA, swB, swP. */
export interface LanSwitch {
  /** Its MAC table now. */
  entries(): Promise<SwitchEntry[]>;
  /** The groups it has snooped. */
  groups(): Promise<GroupEntry[]>;
  /** Lets it ask for listeners from now on, where it can. */
  startQuerier(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a switch between the hosts of a fresh network, in the switch's namespace, where `switchPorts` are its ports;
 * `directory` takes its files.
 */
export type SwitchStarter = (network: LabNetwork, directory: string) => Promise<LanSwitch>;
