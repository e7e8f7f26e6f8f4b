import { InterfaceNews } from './interface-news.js';
import type { PortIngress } from './port-ingress.js';

/** How often what changed is looked at, ms: what a host's tool took away is back within 2 s, its pause included. */
const LOOK_MS = 250;
/** The kernel does not tell that a program was taken from tcx: each port is asked at every fourth look, a quarter of them at each. */
const PARTS = 4;

/** Sees to it that what was put at ports stays there. One for all ports, and no thread. */
export class IngressUpkeep {
  private readonly kept = new Set<PortIngress>();
  private news: InterfaceNews | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looks = 0;

  /** Keeps up a port's ingress until the function that it returns is called. Throws SystemCallError. */
  keep(ingress: PortIngress): () => void {
    this.news ??= new InterfaceNews('traffic control');
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    this.kept.add(ingress);
    return () => {
      this.kept.delete(ingress);
      if (this.kept.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
      this.news?.close();
      this.news = undefined;
    };
  }

  private look(): void {
    const now = performance.now();
    const changed = this.changes();
    const part = this.looks++ % PARTS;
    for (const [number, ingress] of [...this.kept].entries()) {
      const hasChanged = changed === 'all' || changed.has(ingress.index);
      if (hasChanged || ingress.missing !== undefined || number % PARTS === part)
        ingress.look(now, hasChanged);
    }
  }

  /** What cannot be read is no reason to look away: all may have changed. */
  private changes(): ReadonlySet<number> | 'all' {
    try {
      return this.news?.read() ?? 'all';
    } catch {
      return 'all';
    }
  }
}
