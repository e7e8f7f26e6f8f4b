import { copyFile, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFault } from '../lab/lab-fault.js';
import { LabProcess } from '../lab/lab-process.js';
import type { DebianKernel } from './debian-kernel.js';
import { buildInitramfs } from './vm-initramfs.js';

/** What the VM's processor can do at most, MiB of memory it has, and how many processors. */
const machine = ['-machine', 'q35,accel=tcg', '-cpu', 'max', '-smp', '2', '-m', '1536'];

export interface VmOptions {
  readonly kernel: DebianKernel;
  /** Is `/fbout` in the VM: takes what the runner writes. Emptied first. */
  readonly directory: string;
  /** Variables of the runner. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes each line that the runner adds to `results.jsonl`. */
  readonly onLine: (line: string) => void;
  readonly timeoutMs: number;
}

/**
 * Boots one of Debian's kernels under TCG with this machine's root over 9p: read only, and changes stay in the VM's
 * memory. It has no network card. One program runs there, and the VM ends with it.
 */
export class KernelVm {
  readonly #options: VmOptions;
  readonly #process: LabProcess;
  #taken = 0;

  private constructor(options: VmOptions, initramfs: string) {
    this.#options = options;
    const { kernel, directory } = options;
    const share = (id: string, path: string, more: string): string[] => [
      ...['-fsdev', `local,id=${id},path=${path},security_model=none${more}`],
      ...['-device', `virtio-9p-pci,fsdev=${id},mount_tag=${id}`],
    ];
    this.#process = new LabProcess({
      title: `the VM with ${kernel.release}`,
      command: [
        ...['qemu-system-x86_64', ...machine, '-display', 'none', '-monitor', 'none', '-nic', 'none'],
        ...['-serial', `file:${join(directory, 'serial.log')}`, '-no-reboot'],
        ...['-kernel', kernel.image, '-initrd', initramfs],
        ...['-append', 'console=ttyS0 quiet panic=1 mitigations=off nokaslr rdinit=/init'],
        ...share('host', '/', ',readonly=on,multidevs=remap'),
        ...share('out', directory, ''),
      ],
      logFile: join(directory, 'qemu.log'),
    });
  }

  static async boot(options: VmOptions): Promise<KernelVm> {
    const { kernel, directory, env } = options;
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const initramfs = await buildInitramfs(kernel, directory);
    await copyFile(join(import.meta.dirname, 'vm-run.sh'), join(directory, 'run.sh'));
    const variables = { ...env, MODULES: kernel.modules, NODE: process.execPath };
    const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(join(directory, 'env'), lines.join(''));
    await writeFile(join(directory, 'results.jsonl'), '');
    return new KernelVm(options, initramfs);
  }

  /** Hands on lines until the VM has ended. A {@link LabFault} with what it printed last when it does not end. */
  async finished(): Promise<void> {
    const deadline = Date.now() + this.#options.timeoutMs;
    while (this.#process.running) {
      if (Date.now() > deadline) {
        await this.stop();
        throw new LabFault(
          `${this.#process.title} did not end in time. It said last:\n${await this.lastWords()}`,
        );
      }
      await Promise.race([this.#process.ended, new Promise((resolve) => setTimeout(resolve, 250))]);
      await this.#handOn();
    }
    await this.#handOn();
  }

  /** The end of what the kernel and the runner printed. */
  async lastWords(): Promise<string> {
    const { directory } = this.#options;
    const texts = ['serial.log', 'console.log', 'qemu.log'].map((file) =>
      readFile(join(directory, file), 'utf8').catch(() => ''),
    );
    return (await Promise.all(texts)).flatMap((text) => text.trim().split('\n').slice(-20)).join('\n');
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  /** Whole lines only: the last one may still be in the writing. */
  async #handOn(): Promise<void> {
    const file = await open(join(this.#options.directory, 'results.jsonl'));
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - this.#taken));
      await file.read(bytes, 0, bytes.length, this.#taken);
      const whole = bytes.lastIndexOf(10) + 1;
      this.#taken += whole;
      for (const line of bytes.subarray(0, whole).toString().split('\n')) {
        if (line !== '') this.#options.onLine(line);
      }
    } finally {
      await file.close();
    }
  }
}
