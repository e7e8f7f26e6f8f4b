import type { Clock, Guest, HeraldError, MigrationEventBus } from '@nic-herald/core';
import { ToldLately } from '../facts/told-lately.js';

/** Tells of each problem of a guest once in a while, and of one that lasts once. */
export class GuestWarnings {
  private readonly told: ToldLately;
  /** What lasts, by what it is about, in the words in which it was told. */
  private readonly lasting = new Map<string, string>();

  constructor(
    private readonly bus: MigrationEventBus,
    private readonly guest: Guest,
    clock: Clock,
  ) {
    this.told = new ToldLately(clock);
  }

  tell(warning: HeraldError): void {
    if (warning.code === 'HERALD_CANCELLED') return; // the guest is let go of: nothing is wrong with it
    if (this.lasting.has(subjectOf(warning))) return;
    if (!this.told.isNews(wordsOf(warning))) return;
    this.bus.emit('warning', { warning, guest: this.guest });
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
