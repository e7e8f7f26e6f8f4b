import type { AccompaniedAnnouncement, Accompaniment, AnnouncementCompanion, Clock } from '@nic-herald/core';
import type { RoundReport } from '@nic-herald/core/internal';

/** What a test lets a companion do, in place of nothing. */
export type Deeds = { readonly [M in keyof Accompaniment]?: (...given: never[]) => unknown } & {
  readonly accompany?: (announcement: AccompaniedAnnouncement) => unknown;
};

/** A companion that notes what it hears, `800 round 5`: ms of fake time since it was made, and what. */
export class NotingCompanion implements AnnouncementCompanion {
  readonly heard: string[] = [];
  /** The announcements it was asked to accompany. */
  readonly announcements: AccompaniedAnnouncement[] = [];
  private readonly since: number;

  constructor(
    private readonly clock: Clock,
    private readonly deeds: Deeds = {},
    readonly name = 'noting',
  ) {
    this.since = clock.elapsed();
  }

  accompany(announcement: AccompaniedAnnouncement): Accompaniment | Promise<Accompaniment> {
    this.announcements.push(announcement);
    this.note('accompany');
    const hearing = {
      armed: () => this.hear('armed'),
      fired: () => this.hear('fired'),
      round: (round: RoundReport) => this.hear('round', round, `round ${round.round}`),
      changed: (nics: unknown) => this.hear('changed', nics),
      cancelled: () => this.hear('cancelled'),
      over: (report: unknown) => this.hear('over', report),
      close: () => this.hear('close'),
    };
    const given = this.deeds.accompany?.(announcement);
    return given instanceof Promise ? given.then((value: unknown) => value ?? hearing) : (given ?? hearing);
  }

  private hear(member: keyof Accompaniment, given?: unknown, words: string = member): unknown {
    this.note(words);
    return this.deeds[member]?.(given as never);
  }

  private note(words: string): void {
    this.heard.push(`${this.clock.elapsed() - this.since} ${words}`);
  }
}
