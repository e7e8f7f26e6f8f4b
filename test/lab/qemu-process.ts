import { join } from 'node:path';
import { GuestConsole } from './guest-console.js';
import type { GuestImage } from './guest-image.js';
import { LabProcess } from './lab-process.js';
import type { HostName } from './namespaces.js';
import { nodeCommand } from './node-command.js';
import type { HostQemus } from './qemu-build.js';
import { QmpDriver } from './qmp-driver.js';

export type MacvtapMode = 'passthru' | 'bridge';

/** One card of the guest. */
export interface NicSpec {
  readonly id: string;
  /** QEMU device with its properties: 'virtio-net-pci,guest_announce=off'. */
  readonly device: string;
  readonly mac: string;
  readonly tap: string;
  /** Its tap is opened beforehand and passed to QEMU as descriptors, so many queues of it, as libvirt does. Absent: by name. */
  readonly passedQueues?: number;
  /** Its tap is a macvtap of this mode on the host's uplink, and passed: the host has no bridge then. */
  readonly macvtap?: MacvtapMode;
  /** It is plugged in later: its tap is passed, and no more. */
  readonly later?: boolean;
  /** Kernel modules that drive it, loaded in order. */
  readonly drivers: readonly string[];
  /** Only a board with PCI Express takes it: q35. */
  readonly needsExpress?: boolean;
}

export interface GuestSpec {
  readonly name: string;
  readonly uuid: string;
  readonly nics: readonly NicSpec[];
  /** Its memory; 128 MiB where nothing is said. */
  readonly memoryMib?: number;
}

export interface QemuOptions {
  readonly host: HostName;
  readonly namespace: string;
  /** Takes logs. */
  readonly directory: string;
  /** Takes sockets: a short path, since a unix socket's has at most 107 bytes. */
  readonly sockets: string;
  readonly image: GuestImage;
  readonly guest: GuestSpec;
  /** What each host runs; the QEMU of `PATH` where nothing is said. */
  readonly qemus?: HostQemus;
  /** Distinguishes several QEMUs on one host in one run. */
  readonly suffix?: string;
  /** A migration URI: this QEMU waits for a guest instead of booting one. */
  readonly incoming?: string;
  /** Start with -S: an incoming guest stays paused until `cont`. */
  readonly paused?: boolean;
  /** The command that runs QEMU, which is appended; absent: none. */
  readonly runBy?: readonly string[];
}

/** One QEMU with two QMP sockets, nic-herald's and the harness's, and a shell on the serial line. */
export class QemuProcess {
  readonly host: HostName;
  readonly guest: GuestSpec;
  /** Unique in the run: the host's name and the suffix. */
  readonly name: string;
  /** The QMP socket left to nic-herald. */
  readonly agentSocket: string;
  readonly process: LabProcess;
  /** The descriptors of its passed taps, by tap. */
  readonly descriptors: Readonly<Record<string, readonly number[]>>;
  readonly qmp: QmpDriver;
  readonly console: GuestConsole;

  private constructor(
    options: QemuOptions,
    process: LabProcess,
    descriptors: QemuProcess['descriptors'],
    qmp: QmpDriver,
    console: GuestConsole,
  ) {
    this.host = options.host;
    this.guest = options.guest;
    this.name = `${options.host}${options.suffix ?? ''}`;
    this.agentSocket = socketPath(options, 'qmp');
    this.process = process;
    this.descriptors = descriptors;
    this.qmp = qmp;
    this.console = console;
  }

  static async start(options: QemuOptions): Promise<QemuProcess> {
    const name = `qemu-${options.host}${options.suffix ?? ''}`;
    let said = '';
    const process = new LabProcess({
      title: name,
      namespace: options.namespace,
      command: commandLine(options),
      logFile: join(options.directory, `${name}.log`),
      onStdout: (text) => {
        said += text;
      },
    });
    try {
      const control = socketPath(options, 'control');
      const qmp = await QmpDriver.connect(control, join(options.directory, `${name}.qmp.jsonl`));
      const console = await GuestConsole.connect(socketPath(options, 'console'));
      const descriptors = JSON.parse(said.split('\n')[0] || '{}') as QemuProcess['descriptors'];
      return new QemuProcess(options, process, descriptors, qmp, console);
    } catch (error) {
      await process.stop('SIGKILL');
      process.assertRunning();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.qmp.close();
    this.console.close();
    await this.process.stop('SIGTERM');
  }
}

function socketPath(options: QemuOptions, kind: string): string {
  return join(options.sockets, `${options.host}${options.suffix ?? ''}.${kind}`);
}

function commandLine(options: QemuOptions): string[] {
  const { guest, image } = options;
  const { HERALD_LAB_KVM } = process.env;
  const modules = guest.nics.flatMap((nic) => nic.drivers).join(',');
  const accelerator = HERALD_LAB_KVM === '1' ? 'kvm' : 'tcg';
  const socket = (kind: string): string => `unix:${socketPath(options, kind)},server=on,wait=off`;
  const passed = guest.nics.flatMap(({ tap, passedQueues }) =>
    passedQueues === undefined ? [] : [[tap, passedQueues]],
  );
  return [
    ...(options.runBy ?? []),
    ...(passed.length === 0 ? [] : nodeCommand('with-taps-main.ts', JSON.stringify(passed))),
    options.qemus?.[options.host].program ?? 'qemu-system-x86_64',
    ...['-name', guest.name, '-uuid', guest.uuid],
    ...[
      '-machine',
      `${machineOf(options)},accel=${accelerator}`,
      '-m',
      String(guest.memoryMib ?? 128),
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
    ],
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', `console=ttyS0 quiet loglevel=0 panic=-1 mitigations=off lab.modules=${modules}`],
    ...['-qmp', socket('qmp'), '-qmp', socket('control'), '-serial', socket('console')],
    ...guest.nics
      .filter(({ later }) => later !== true || options.incoming !== undefined)
      .flatMap((nic) => [
        ...['-netdev', `tap,id=net-${nic.id},${tapOf(nic)}`],
        ...['-device', `${nic.device},id=${nic.id},netdev=net-${nic.id},mac=${nic.mac},romfile=`],
      ]),
    ...(options.incoming === undefined ? [] : ['-incoming', options.incoming]),
    ...(options.paused ? ['-S'] : []),
  ];
}

/** The board, of one version where the hosts' QEMUs differ: `pc` is another one in each. */
function machineOf({ guest, qemus }: QemuOptions): string {
  const isExpress = qemus?.board === 'q35' || guest.nics.some(({ needsExpress }) => needsExpress);
  if (qemus?.boardVersion === undefined) return isExpress ? 'q35' : 'pc';
  return `pc-${isExpress ? 'q35' : 'i440fx'}-${qemus.boardVersion}`;
}

/** How QEMU gets the tap of a card. */
function tapOf({ tap, passedQueues = 0 }: NicSpec): string {
  if (passedQueues === 0) return `ifname=${tap.replaceAll(',', ',,')},script=no,downscript=no`;
  const queues = Array.from({ length: passedQueues }, (_, queue) => `@${tap}:${queue}@`);
  return queues.length === 1 ? `fd=${queues[0]}` : `fds=${queues.join(':')}`;
}
