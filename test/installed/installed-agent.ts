import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentProcess } from '../lab/agent-process.js';
import type { LabRig } from '../lab/lab-rig.js';
import { waitUntil } from '../lab/wait-until.js';
import type { InstalledMachine } from './installed-machine.js';

export const unit = 'nic-herald.service';
/** Where a machine has the sockets of a rig's QEMUs, and the directory that both share. */
export const socketsThere = '/srv/vm';
export const sharedThere = '/shared/nic-herald';

/** What of a unit `systemctl show` gives. */
export async function unitProperties(machine: InstalledMachine): Promise<Readonly<Record<string, string>>> {
  const names = ['ActiveState', 'SubState', 'MainPID', 'NRestarts', 'Result', 'UnitFileState'];
  const text = await machine.run('systemctl', 'show', unit, `--property=${names.join()}`);
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );
}

/** Installs a package as an administrator does, with what it says it needs and no more. */
export async function install(machine: InstalledMachine, deb: string): Promise<string> {
  return machine.run('apt-get', 'install', '-y', '--no-install-recommends', deb);
}

/** Writes the one line of herald.yaml, and the drop-in for a shared directory that comes with the package. */
export async function configure(machine: InstalledMachine): Promise<void> {
  const line = `{ monitors: { qemu: { sockets: [${socketsThere}/${machine.host}*.qmp] } }, handoff: { directory: ${sharedThere} }, reports: { directory: /var/log/nic-herald } }\n`;
  await writeFile(machine.path('/etc/nic-herald/herald.yaml'), line);
  const dropIns = machine.path(`/etc/systemd/system/${unit}.d`);
  await mkdir(dropIns, { recursive: true });
  await machine.run(
    ...['cp', '/usr/share/doc/nic-herald/examples/systemd/shared-directory.conf'],
    `/etc/systemd/system/${unit}.d/`,
  );
  await machine.run('systemctl', 'daemon-reload');
}

/** Reads the journal of the machine's agent and the reports it writes, as if it were an agent of the lab. */
export async function followAgent(rig: LabRig, machine: InstalledMachine): Promise<AgentProcess> {
  // As systemd will find it for the service.
  await machine.run('mkdir', '-p', '/var/log/nic-herald');
  await symlink(machine.path('/var/log/nic-herald'), join(rig.directory, `reports-${machine.host}`)).catch(
    () => undefined,
  );
  return AgentProcess.launchAs(rig, {
    host: machine.host,
    command: machine.inside([
      ...['setpriv', '--pdeathsig', 'KILL', '--', 'journalctl', '--unit', unit],
      ...['--output', 'cat', '--follow', '--lines', 'all'],
    ]),
    logName: `nic-herald-${machine.host}`,
  });
}

/** Starts the service: it is active once the agent has said that it is ready. */
export async function startService(machine: InstalledMachine): Promise<void> {
  await machine.run('systemctl', 'start', unit);
}

/** The process of the service, once it is active as another one than `before`. */
export async function activeAs(machine: InstalledMachine, before: string | undefined): Promise<string> {
  return waitUntil(
    `${unit} on ${machine.host} to be active anew`,
    { timeoutMs: 60_000, everyMs: 100 },
    async () => {
      const { ActiveState, MainPID } = await unitProperties(machine);
      return ActiveState === 'active' && MainPID !== '0' && MainPID !== before ? MainPID : undefined;
    },
  );
}

/**
 * What an administrator gives the agent's user, which has one number on both machines: the directory that they share, and the
 * sockets' by its group, which QEMU's sockets then have as well.
 */
export async function giveAccess(rig: LabRig, machine: InstalledMachine): Promise<void> {
  await machine.run('chown', 'nic-herald:', sharedThere);
  await machine.run('chmod', '0700', sharedThere);
  await machine.run('chown', ':nic-herald', socketsThere);
  await chmod(rig.sockets, 0o2770);
}
