import { type CancelTimer, type Clock, HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import { type Libvirt, LibvirtKeeper } from '@nic-herald/libvirt';
import { type ChosenSocket, chooseSocket, readOnlyInstead } from './choose-socket.js';
import { DomainView } from './domain-view.js';
import type { LibvirtHandoffSettings } from './libvirt-handoff-options.js';

/** How long `start` waits for a daemon that is there, ms; one that is not is waited for all the time. */
const START_WAIT_MS = 1000;
/** A daemon that answers and does not tell of its domains is asked again after so long, ms. */
const ASK_AGAIN_MS = 10_000;

/** Whoever uses the domains of a daemon. Neither may throw. */
export interface AccessOwner {
  /** Something became of the entry of the domain of that UUID. */
  changed(uuid: string): void;
  /** What goes wrong, and lasts: told when it begins. */
  warn(problem: HeraldError): void;
}

/** The domains of this host's daemon, whenever it is there. */
export class LibvirtAccess {
  private keeper: LibvirtKeeper | undefined;
  private chosen: ChosenSocket | undefined;
  private current: DomainView | undefined;
  private problem: HeraldError | undefined;
  private cancelTimer: CancelTimer = () => undefined;
  private onSettled: () => void = () => undefined;
  private readonly listeners = new Set<{ readonly connected: () => void }>();

  constructor(
    private readonly settings: LibvirtHandoffSettings,
    private readonly clock: Clock,
    private readonly owner: AccessOwner,
  ) {}

  /** Begins to look for the daemon. Resolves when it is there, is not, or after a while. */
  async start(signal: AbortSignal): Promise<void> {
    const settled = new Promise<void>((resolve) => {
      this.onSettled = resolve;
    });
    const cancel = this.clock.setTimer(START_WAIT_MS, this.onSettled);
    signal.addEventListener('abort', this.onSettled, { once: true });
    this.keep(chooseSocket(this.settings));
    await settled;
    cancel();
    signal.removeEventListener('abort', this.onSettled);
  }

  /** The domains. Throws HERALD_HANDOFF_DISCONNECTED while the daemon is away. */
  view(): DomainView {
    if (this.current !== undefined) return this.current;
    const why = this.problem === undefined ? 'it has not answered yet' : messageOf(this.problem);
    throw new HeraldError(
      'HERALD_HANDOFF_DISCONNECTED',
      `the hand-off store libvirt does not reach libvirt: ${why}. What is to be said is kept until it does`,
      { details: { store: 'libvirt' }, cause: this.problem },
    );
  }

  /** Why nothing can be written; absent where it can. */
  get readOnlyWhy(): string | undefined {
    return this.chosen?.readOnlyWhy;
  }

  /** Calls `connected` each time the daemon is there again, and the first time. Returns the way to stop. */
  onConnected(connected: () => void): () => void {
    const listener = { connected };
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  close(): void {
    this.keeper?.close();
    this.keeper = undefined;
    this.cancelTimer();
    this.onSettled();
    this.listeners.clear();
    this.forget(new HeraldError('HERALD_HANDOFF_DISCONNECTED', 'the hand-off store libvirt was closed'));
  }

  private keep(chosen: ChosenSocket): void {
    this.chosen = chosen;
    this.keeper = new LibvirtKeeper(
      this.clock,
      { findSocket: chosen.find, readOnly: chosen.readOnlyWhy !== undefined },
      {
        onConnected: (libvirt) => void this.look(libvirt),
        onLost: (reason) => this.lost(reason),
        onUnreachable: (problem) => this.unreachable(chosen, problem),
      },
    );
    this.keeper.start();
  }

  /** Takes the read-only socket, where this process may not use the other: until it starts anew. */
  private unreachable(chosen: ChosenSocket, problem: HeraldError): void {
    const instead = readOnlyInstead(chosen, problem);
    if (instead === undefined) {
      this.lost(problem);
      return;
    }
    this.problem = problem;
    this.owner.warn(problem);
    this.keeper?.close();
    this.keep(instead);
  }

  private async look(libvirt: Libvirt): Promise<void> {
    const isCurrent = (): boolean => this.keeper?.current === libvirt;
    try {
      const view = await DomainView.open(libvirt, this.clock, this.settings.setTimeoutMs, (uuid) => {
        if (isCurrent()) this.owner.changed(uuid);
      });
      if (!isCurrent()) return;
      this.problem = undefined;
      this.current = view;
      this.onSettled();
      for (const { connected } of this.listeners) connected();
    } catch (error) {
      if (!isCurrent()) return; // that it was lost is told
      this.lost(isHeraldError(error) ? error : new HeraldError('HERALD_HANDOFF_FAILED', messageOf(error)));
      this.cancelTimer = this.clock.setTimer(ASK_AGAIN_MS, () => libvirt.close());
    }
  }

  private lost(problem: HeraldError): void {
    this.forget(problem);
    this.owner.warn(problem);
    this.onSettled();
  }

  private forget(problem: HeraldError): void {
    this.problem = problem;
    this.current?.close(problem);
    this.current = undefined;
  }
}
