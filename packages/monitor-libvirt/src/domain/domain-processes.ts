import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@nic-herald/core';
import { commandLine, processIncarnation } from '@nic-herald/linux-sys';
import { isQemuCommandLine, isStartedToWait, type QemuProcess } from '@nic-herald/qmp';
import { inTime } from './in-time.js';

/** What is asked of the system. */
export interface ProcessSystem {
  readonly pidFile: (path: string) => Promise<string>;
  readonly processes: () => Promise<readonly string[]>;
  readonly processIncarnation: typeof processIncarnation;
  readonly commandLine: typeof commandLine;
}

/** Longest wait for a command line, ms: reading one waits while its process changes its memory map. */
const LIMIT_MS = 500;
/** How long a list of the QEMUs of this host serves, ms: to make it, the command line of every process is read. */
const LIST_KEPT_MS = 1000;
const PID = /^[1-9]\d{0,9}$/;
/** The processes of this machine. */
export const LINUX_PROCESSES: ProcessSystem = {
  pidFile: (path) => readFile(path, 'utf8'),
  processes: () => readdir('/proc'),
  processIncarnation,
  commandLine,
};

/**
 * Finds the QEMU of a domain: by the file in which libvirt keeps its process id, else among all processes, by the UUID in
 * its command line. libvirt does not tell it, and may run where process ids have another meaning.
 */
export class DomainProcesses {
  private readonly closing = new AbortController();
  private listed: { readonly at: number; readonly byUuid: Promise<ReadonlyMap<string, number>> } | undefined;

  /** `runDirectory`: libvirt's, `/run/libvirt`. */
  constructor(
    private readonly runDirectory: string,
    private readonly clock: Clock,
    private readonly system: ProcessSystem,
  ) {}

  /**
   * The process of a domain; `undefined` where it cannot be found. Without `isQemu` where its command line could not be
   * read in time: asked again later, it may be known. Never rejects.
   */
  async of({
    name,
    uuid,
  }: {
    readonly name: string;
    readonly uuid: string;
  }): Promise<QemuProcess | undefined> {
    const kept = await this.keptPid(name);
    const known = kept === undefined ? undefined : await this.process(kept, uuid);
    if (known !== undefined) return known;
    const found = (await this.list()).get(uuid);
    return found === undefined ? undefined : this.process(found, uuid);
  }

  /** Looks no further: what is being looked for is not found. */
  close(): void {
    this.closing.abort();
  }

  private async keptPid(name: string): Promise<number | undefined> {
    if (name.includes('/')) return undefined;
    try {
      const text = (await this.system.pidFile(join(this.runDirectory, 'qemu', `${name}.pid`))).trim();
      return PID.test(text) ? Number(text) : undefined;
    } catch {
      return undefined;
    }
  }

  private async process(pid: number, uuid: string): Promise<QemuProcess | undefined> {
    const found = await this.system.processIncarnation(pid);
    if (found === undefined) return undefined;
    const { startedAt, ...incarnation } = found;
    const read = await this.readInTime(pid);
    if (read === undefined) return { incarnation, startedAt, isQemu: undefined };
    const { args } = read;
    if (args === undefined || !isQemuOf(uuid, args)) return undefined;
    return { incarnation, startedAt, isQemu: true, startedToWait: isStartedToWait(args) };
  }

  private list(): Promise<ReadonlyMap<string, number>> {
    const now = this.clock.elapsed();
    if (this.listed === undefined || now - this.listed.at >= LIST_KEPT_MS) {
      this.listed = { at: now, byUuid: this.qemus() };
    }
    return this.listed.byUuid;
  }

  private async qemus(): Promise<ReadonlyMap<string, number>> {
    const byUuid = new Map<string, number>();
    const pids = await this.system.processes().catch(() => []);
    for (const pid of pids) {
      if (this.closing.signal.aborted) break;
      if (!PID.test(pid)) continue;
      const args = (await this.readInTime(Number(pid)))?.args;
      const uuid = args && isQemuCommandLine(args) ? uuidOf(args) : undefined;
      if (uuid !== undefined) byUuid.set(uuid, Number(pid));
    }
    return byUuid;
  }

  /** What a command line is, where it cannot be read too; `undefined` where that could not be told in time. */
  private async readInTime(
    pid: number,
  ): Promise<{ readonly args: readonly string[] | undefined } | undefined> {
    const read = this.system.commandLine(pid).then(
      (args) => ({ args }),
      () => ({ args: undefined }),
    );
    return inTime(this.clock, LIMIT_MS, read, this.closing.signal);
  }
}

const uuidOf = (args: readonly string[]): string | undefined => {
  const at = args.indexOf('-uuid');
  return at === -1 ? undefined : args[at + 1]?.toLowerCase();
};

const isQemuOf = (uuid: string, args: readonly string[]): boolean =>
  isQemuCommandLine(args) && uuidOf(args) === uuid;
