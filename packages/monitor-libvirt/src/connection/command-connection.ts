import { asHeraldError, type Clock, HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import { type Domain, Libvirt } from '@nic-herald/libvirt';
import type { CommandOptions } from '@nic-herald/qmp';
import { HungDomains, MOST_HUNG } from './hung-domains.js';

/** Of four commands that a connection takes at a time, so many may hang before another connection is opened. */
const MOST_HUNG_OF_ONE = 3;
/** How long a connection with commands that hang is kept, ms: until then their answers may come. */
const KEPT_MS = 60_000;

interface Lane {
  readonly opened: Promise<Libvirt>;
  hung: number;
}

/**
 * The way of commands to QEMUs. It has a connection of its own: a QEMU that hangs holds up its calls, and events, lists and
 * descriptions must not wait behind those. It is opened when it is needed first, again after it ended, and another one
 * beside it where too many of its commands hang.
 */
export class CommandConnection {
  private lane: Lane | undefined;
  private readonly lanes = new Set<Lane>();
  private readonly hung: HungDomains;
  private readonly closing = new AbortController();

  constructor(
    private readonly socketPath: string,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
    private readonly open: typeof Libvirt.open = (...given) => Libvirt.open(...given),
  ) {
    this.hung = new HungDomains(clock);
  }

  /** Sends one QMP command to the QEMU of a domain, and gives the text of the reply. Rejects with a HeraldError. */
  async pass(domain: Domain, text: string, { signal }: CommandOptions): Promise<string> {
    const { uuid, name } = domain;
    if (this.hung.has(uuid)) throw leftAlone(name);
    if (this.hung.areTooMany) throw tooMany(name);
    const lane = this.current();
    try {
      const libvirt = await lane.opened;
      const options = { deadlineMs: this.timeoutMs, ...(signal === undefined ? {} : { signal }) };
      const reply = await libvirt.monitorCommand(domain, text, options);
      this.hung.delete(uuid);
      return reply;
    } catch (error) {
      if (isHeraldError(error) && error.code === 'HERALD_LIBVIRT_TIMEOUT') {
        if (error.details['sent'] === true) this.hung.add(uuid); // another one waited for other domains
        this.hangs(lane);
      }
      const message = `a command for domain ${name} failed unforeseen: ${messageOf(error)}; please report it`;
      throw asHeraldError(error, 'HERALD_MONITOR_FAULT', message);
    }
  }

  /** A domain has ended: its next QEMU may answer. */
  forget({ uuid }: Domain): void {
    this.hung.delete(uuid);
  }

  close(): void {
    this.closing.abort();
    for (const lane of this.lanes) this.end(lane);
    this.lane = undefined;
  }

  private current(): Lane {
    if (this.lane !== undefined) return this.lane;
    const { signal } = this.closing;
    const lane: Lane = { opened: this.open(this.socketPath, this.clock, { signal }), hung: 0 };
    this.lane = lane;
    this.lanes.add(lane);
    const forget = (): void => {
      this.lanes.delete(lane);
      if (this.lane === lane) this.lane = undefined;
    };
    lane.opened.then(({ ended }) => ended.then(forget), forget);
    return lane;
  }

  private hangs(lane: Lane): void {
    lane.hung += 1;
    if (lane.hung < MOST_HUNG_OF_ONE || this.lane !== lane) return;
    this.lane = undefined;
    const cancel = this.clock.setTimer(KEPT_MS, () => this.end(lane));
    this.closing.signal.addEventListener('abort', cancel, { once: true });
  }

  private end(lane: Lane): void {
    this.lanes.delete(lane);
    lane.opened.then(
      (libvirt) => libvirt.close(),
      () => {},
    );
  }
}

const leftAlone = (name: string): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_HUNG',
    `the QEMU of domain ${name} did not answer libvirt a moment ago, and is left alone for a while: each command that waits takes one of libvirt's few workers. See whether the domain hangs`,
    { details: { domain: name } },
  );

const tooMany = (name: string): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_HUNG',
    `the QEMU of domain ${name} is not asked: those of ${MOST_HUNG} other domains do not answer libvirt, and more commands that wait would take the rest of its workers. See which domains hang`,
    { details: { domain: name } },
  );
