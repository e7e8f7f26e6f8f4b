import { setMaxListeners } from 'node:events';
import type { CancelTimer, Clock, HeraldError } from '@nic-herald/core';
import { type Domain, LIBVIRT_CODES, type Libvirt, libvirtCodeOf } from '@nic-herald/libvirt';
import { HANDOFF_PREFIX, HANDOFF_URI } from './handoff-element.js';
import { isGone } from './is-gone.js';
import { notTaken, refusedWrite } from './write-error.js';

/** libvirt gives up a call that waits for a domain's job lock after 30 s; until then it holds one of its workers, ms. */
const JOB_WAIT_MS = 35_000;
/** Calls that set something at a time, of the 4 that a connection has: reading goes on beside them. */
const MOST_SETS = 3;
/** Of these, for domains that let the last one wait. */
const MOST_SLOW_SETS = 1;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Wanted {
  readonly domain: Domain;
  /** Absent: the element is to go. */
  readonly xml: string | undefined;
  /** Whoever wanted this, or something older in its place. */
  readonly waiters: Set<Waiter>;
}

/** What is to be written of one domain. */
interface Line {
  sent?: Wanted | undefined;
  next?: Wanted | undefined;
  /** Its last call overran: it is being moved, or another job of it takes long. */
  isSlow: boolean;
}

/**
 * Sets the domains' elements, by one connection. Of a domain one call is under way, and behind it waits the newest of what is
 * wanted. Whoever wants something waits for so long; the call itself cannot be taken back, and goes on until libvirt answers. A
 * domain that lets it wait holds up others only until `MOST_SETS` of them do.
 */
export class DomainWriter {
  private readonly lines = new Map<string, Line>();

  constructor(
    private readonly libvirt: Pick<Libvirt, 'setMetadata'>,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** Whether something is to be written, or being written, of the domain. */
  isBusy(uuid: string): boolean {
    const line = this.lines.get(uuid);
    return line?.sent !== undefined || line?.next !== undefined;
  }

  /** Resolves when this, or something newer, stands there, or the domain ended. Rejects with HERALD_HANDOFF_WRITE. */
  write(domain: Domain, xml: string | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const line = this.lines.get(domain.uuid) ?? { isSlow: false };
      this.lines.set(domain.uuid, line);
      const giveUp = (error: Error): void => {
        for (const wanted of [line.sent, line.next]) wanted?.waiters.delete(waiter);
        if (line.next?.waiters.size === 0) line.next = undefined;
        waiter.reject(error);
      };
      const onAbort = (): void => giveUp(signal.reason as Error);
      const cancel = this.clock.setTimer(this.timeoutMs, () => giveUp(notTaken(domain, this.timeoutMs)));
      const settle = (): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        resolve: () => {
          settle();
          resolve();
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      setMaxListeners(0, signal); // a host gives one signal to all that it does at a time
      signal.addEventListener('abort', onAbort, { once: true });
      line.next = { domain, xml, waiters: (line.next?.waiters ?? new Set()).add(waiter) };
      this.pump();
    });
  }

  /** The domain ended: what waits for it has nothing to wait for. */
  ended(uuid: string): void {
    const line = this.lines.get(uuid);
    if (line === undefined) return;
    for (const wanted of [line.sent, line.next]) resolveAll(wanted);
    line.next = undefined;
    line.isSlow = false;
    if (line.sent === undefined) this.lines.delete(uuid);
  }

  /** The connection is over. */
  close(reason: HeraldError): void {
    for (const line of this.lines.values()) {
      for (const wanted of [line.sent, line.next]) rejectAll(wanted, reason);
      line.next = undefined;
    }
  }

  private pump(): void {
    const under = [...this.lines.values()].filter(({ sent }) => sent !== undefined);
    let slow = under.filter(({ isSlow }) => isSlow).length;
    let all = under.length;
    for (const [uuid, line] of this.lines) {
      if (all >= MOST_SETS) return;
      if (line.next === undefined || line.sent !== undefined) continue;
      if (line.isSlow && slow >= MOST_SLOW_SETS) continue;
      all += 1;
      slow += line.isSlow ? 1 : 0;
      void this.send(uuid, line, line.next);
    }
  }

  private async send(uuid: string, line: Line, wanted: Wanted): Promise<void> {
    line.next = undefined;
    line.sent = wanted;
    const { domain, xml } = wanted;
    const cancel: CancelTimer = this.clock.setTimer(this.timeoutMs, () => {
      line.isSlow = true;
    });
    try {
      const element = { uri: HANDOFF_URI, key: HANDOFF_PREFIX, ...(xml === undefined ? {} : { xml }) };
      await this.libvirt.setMetadata(domain, element, { deadlineMs: JOB_WAIT_MS });
      line.isSlow = false;
      resolveAll(wanted);
    } catch (error) {
      const isOver = isGone(error);
      line.isSlow = !isOver && (line.isSlow || libvirtCodeOf(error) === LIBVIRT_CODES.OPERATION_TIMEOUT);
      if (isOver) resolveAll(wanted);
      else rejectAll(wanted, refusedWrite(domain, error));
    } finally {
      cancel();
      line.sent = undefined;
      if (!this.isBusy(uuid) && !line.isSlow) this.lines.delete(uuid);
      this.pump();
    }
  }
}

const resolveAll = (wanted: Wanted | undefined): void => {
  for (const { resolve } of wanted?.waiters.values() ?? []) resolve();
  wanted?.waiters.clear();
};

const rejectAll = (wanted: Wanted | undefined, error: Error): void => {
  for (const { reject } of wanted?.waiters.values() ?? []) reject(error);
  wanted?.waiters.clear();
};
