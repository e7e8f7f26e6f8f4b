import type { NicBackend, ProcessIncarnation } from '@nic-herald/core';
import { type HeldInterface, heldInterfaces, isStillProcess } from '@nic-herald/linux-sys';
import { chosenInterface } from './chosen-interface.js';

/** Most proofs remembered. */
const MAX_PROOFS = 4096;

/**
 * Finds which interface of a process is behind a NIC. A proof costs a look at every descriptor of the process; it is
 * remembered by which descriptor it was, and the next one looks at that alone.
 */
export class HeldBy {
  private readonly proofs = new Map<string, number>();
  /** Looks at all descriptors of a process that are under way: one serves all NICs that are asked about together. */
  private readonly looks = new Map<string, Promise<readonly HeldInterface[]>>();

  /** The interface, or why there is none. */
  async find(
    backend: NicBackend,
  ): Promise<{ readonly chosen: HeldInterface } | { readonly problem: string }> {
    const { holder } = backend;
    if (holder === undefined) return { problem: NO_HOLDER };
    const process = `${holder.bootId} ${holder.pid} ${holder.startTicks}`;
    const key = `${process} ${backend.interfaceName ?? ''} ${backend.descriptors?.join() ?? ''}`;
    try {
      const found = await this.look(backend, holder.pid, process, key);
      if (!(await isStillProcess(holder))) return { problem: ended(holder) };
      if ('chosen' in found) this.remember(key, found.chosen.fd);
      return found;
    } catch (error) {
      return { problem: unseen(holder, error) };
    }
  }

  private async look(backend: NicBackend, pid: number, process: string, key: string) {
    const known = this.proofs.get(key);
    if (known !== undefined && backend.interfaceName !== undefined) {
      const again = chosenInterface(backend, await heldInterfaces(pid, [known]));
      if ('chosen' in again) return again;
    }
    this.proofs.delete(key);
    const { descriptors = [] } = backend;
    const held = descriptors.length > 0 ? heldInterfaces(pid, descriptors) : this.all(pid, process);
    return chosenInterface(backend, await held);
  }

  /** All that the process has open. A guest may have a thousand NICs, and its process as many descriptors. */
  private all(pid: number, process: string): Promise<readonly HeldInterface[]> {
    const underWay = this.looks.get(process);
    if (underWay !== undefined) return underWay;
    const look = heldInterfaces(pid).finally(() => this.looks.delete(process));
    this.looks.set(process, look);
    return look;
  }

  private remember(key: string, fd: number): void {
    for (const oldest of this.proofs.keys()) {
      if (this.proofs.size < MAX_PROOFS) break;
      this.proofs.delete(oldest);
    }
    this.proofs.set(key, fd);
  }
}

const NO_HOLDER =
  'which process has it open cannot be told, and without that a port is not proved: nic-herald must reach the hypervisor itself, not a program between, and see its process';

const ended = ({ pid }: ProcessIncarnation): string => `process ${pid}, which had it open, has ended`;

const unseen = (holder: ProcessIncarnation, error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT' || code === 'ESRCH') return ended(holder);
  if (code === 'EACCES' || code === 'EPERM') {
    return `process ${holder.pid} is another user's, and to see which taps it has open takes CAP_SYS_PTRACE: grant that, or run nic-herald as the hypervisor's user`;
  }
  return `what process ${holder.pid} has open cannot be seen (${String(code ?? error)})`;
};
