import type { CancelTimer, Clock, Guest, HeraldError, MigrationEventBus } from '@nic-herald/core';
import { ToldLately } from '../facts/told-lately.js';

/**
 * What a guest loses when it ends or has left, a little before that is told of. It is told after so long, ms, and only
 * where the guest still runs here.
 */
const LOST_AT_THE_END = 'HERALD_PORT_MISSING';
const END_IS_TOLD_MS = 1000;

/** Tells of each problem of a guest once in a while, and of one that lasts once. */
export class GuestWarnings {
  private readonly told: ToldLately;
  /** What lasts, by what it is about, in the words in which it was told. */
  private readonly lasting = new Map<string, string>();
  /** Those that wait, by their words. */
  private readonly waiting = new Map<string, CancelTimer>();

  constructor(
    private readonly bus: MigrationEventBus,
    private readonly guest: Guest,
    private readonly clock: Clock,
    private readonly runsHere: () => boolean,
  ) {
    this.told = new ToldLately(clock);
  }

  tell(warning: HeraldError): void {
    if (warning.code === 'HERALD_CANCELLED') return; // the guest is let go of: nothing is wrong with it
    if (this.lasting.has(subjectOf(warning))) return;
    if (warning.code === LOST_AT_THE_END) this.tellIfItStays(warning);
    else this.emit(warning);
  }

  /** Tells nothing more of what waits. */
  close(): void {
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
  }

  private tellIfItStays(warning: HeraldError): void {
    const words = wordsOf(warning);
    if (!this.runsHere() || this.waiting.has(words)) return;
    const cancel = this.clock.setTimer(END_IS_TOLD_MS, () => {
      this.waiting.delete(words);
      if (this.runsHere()) this.emit(warning);
    });
    this.waiting.set(words, cancel);
  }

  private emit(warning: HeraldError): void {
    if (this.told.isNews(wordsOf(warning))) this.bus.emit('warning', { warning, guest: this.guest });
  }

  /** Tells what is wrong with a NIC from now on: once, whoever finds it, until `ends` is told of it. */
  lasts(warning: HeraldError): void {
    const subject = subjectOf(warning);
    if (this.lasting.has(subject)) return;
    this.tell(warning);
    this.lasting.set(subject, wordsOf(warning));
  }

  /** It is right again: the next time it is news. */
  ends(about: Pick<HeraldError, 'code' | 'details'>): void {
    const subject = subjectOf(about);
    const words = this.lasting.get(subject);
    if (words === undefined) return;
    this.lasting.delete(subject);
    this.told.forget(words);
  }
}

const subjectOf = ({ code, details }: Pick<HeraldError, 'code' | 'details'>): string =>
  `${code} ${details['nic']}`;
const wordsOf = ({ code, message }: HeraldError): string => `${code} ${message}`;
