import type { Counts } from '@nic-herald/core/internal';

/** Most labels that are counted apart. */
const MAX_LABELS = 100;
/** Stands for all labels beyond. */
const OTHER = 'other';

/** Counts by label, of which plugins may make up any number: those beyond the first hundred are one, `other`. */
export class BoundedCounts<Label extends string = string> {
  private readonly counts = new Map<string, number>();

  add(label: Label, count = 1): void {
    const known = this.counts.has(label) || this.counts.size < MAX_LABELS ? label : OTHER;
    this.counts.set(known, (this.counts.get(known) ?? 0) + count);
  }

  get all(): Counts<Label> {
    return Object.fromEntries(this.counts) as Counts<Label>;
  }
}
