import type { HeraldError } from '@nic-herald/core';

/** Tells of each domain's problem when it is new or another, and not again while it lasts. */
export class TellOnce {
  private readonly told = new Map<string, string>();

  constructor(private readonly tellOf: (problem: HeraldError) => void) {}

  /** How the domain stands now; `undefined`: nothing is wrong. */
  tell(uuid: string, problem: HeraldError | undefined): void {
    if (problem === undefined) {
      this.told.delete(uuid);
      return;
    }
    if (this.told.get(uuid) === problem.message) return;
    this.told.set(uuid, problem.message);
    this.tellOf(problem);
  }
}
