import type { LabRig } from './lab-rig.js';
import type { HostName } from './namespaces.js';

/** Starts and watches nic-herald on the hosts of a rig. */
export interface AgentLauncher {
  start(rig: LabRig, host: HostName): Promise<void>;
  settled(rig: LabRig): Promise<void>;
  faultsAfterMigration(rig: LabRig): Promise<string[]>;
}
