import { asHeraldError, type Clock, HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import { type Domain, Libvirt } from '@nic-herald/libvirt';
import type { CommandOptions } from '@nic-herald/qmp';

/** How long a domain whose QEMU did not answer is left alone, ms. */
const HUNG_PAUSE_MS = 30_000;

/**
 * The connection for commands to QEMUs. It is one of its own: a QEMU that hangs holds up its calls, and events, lists and
 * descriptions must not wait behind those. It is opened when it is needed first, and again after it ended.
 */
export class CommandConnection {
  private opened: Promise<Libvirt> | undefined;
  /** Domains that did not answer, and until when they are not asked, by the clock that nobody sets. */
  private readonly hung = new Map<string, number>();
  private readonly closing = new AbortController();

  constructor(
    private readonly socketPath: string,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
    private readonly open: typeof Libvirt.open = (...given) => Libvirt.open(...given),
  ) {}

  /** Sends one QMP command to the QEMU of a domain, and gives the text of the reply. Rejects with a HeraldError. */
  async pass(domain: Domain, text: string, { signal }: CommandOptions): Promise<string> {
    const { uuid, name } = domain;
    const until = this.hung.get(uuid);
    if (until !== undefined) {
      if (this.clock.elapsed() < until) throw leftAlone(name);
      this.hung.delete(uuid);
    }
    try {
      const libvirt = await this.connected();
      return await libvirt.monitorCommand(domain, text, {
        deadlineMs: this.timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (isHeraldError(error) && error.code === 'HERALD_LIBVIRT_TIMEOUT') {
        this.hung.set(uuid, this.clock.elapsed() + HUNG_PAUSE_MS);
      }
      throw asHeraldError(
        error,
        'HERALD_MONITOR_FAULT',
        `a command for domain ${name} failed unforeseen: ${messageOf(error)}; please report it`,
      );
    }
  }

  /** A domain has ended: its next QEMU may answer. */
  forget({ uuid }: Domain): void {
    this.hung.delete(uuid);
  }

  close(): void {
    this.closing.abort();
    this.opened?.then(
      (libvirt) => libvirt.close(),
      () => {},
    );
    this.opened = undefined;
  }

  private connected(): Promise<Libvirt> {
    if (this.opened !== undefined) return this.opened;
    const opened = this.open(this.socketPath, this.clock, { signal: this.closing.signal });
    this.opened = opened;
    const forget = (): void => {
      if (this.opened === opened) this.opened = undefined;
    };
    opened.then(({ ended }) => ended.then(forget), forget);
    return opened;
  }
}

const leftAlone = (name: string): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_HUNG',
    `QEMU of domain ${name} did not answer libvirt a moment ago, and is not asked again for ${HUNG_PAUSE_MS / 1000} s: each command that waits takes one of libvirt's few workers. See whether the domain hangs`,
    { details: { domain: name } },
  );
