import type { ArmRefusal } from '@nic-herald/core';

/** Most refusals that are remembered; the oldest is forgotten for another, and may be warned of again. */
const MOST_REMEMBERED = 4096;

/** Remembers which refusals to arm were warned of: what concerns the host once, else once for each port and code. */
export class ArmRefusals {
  private readonly told = new Set<string>();

  /** Whether a refusal at a port is to be warned of. */
  isNews(port: string, { code, refusal }: ArmRefusal): boolean {
    const key = code === 'HERALD_TRIGGER_UNAVAILABLE' ? refusal : `${port} ${code}`;
    if (this.told.has(key)) return false;
    const [oldest = key] = this.told;
    if (this.told.size >= MOST_REMEMBERED) this.told.delete(oldest);
    this.told.add(key);
    return true;
  }
}
