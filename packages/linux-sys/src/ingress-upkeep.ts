import type { PortIngress } from './port-ingress.js';
import { TrafficControlNews } from './traffic-control-news.js';

/** How often what changed is looked at, ms: what a host's tool took away is back within 2 s, its pause included. */
const LOOK_MS = 250;

/** Sees to it that what was put at ports stays there. One for all ports: it costs one system call per look, and no thread. */
export class IngressUpkeep {
  private readonly kept = new Set<PortIngress>();
  private news: TrafficControlNews | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** Keeps up a port's ingress until the function that it returns is called. Throws SystemCallError. */
  keep(ingress: PortIngress): () => void {
    this.news ??= new TrafficControlNews();
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
    for (const ingress of this.kept) {
      ingress.look(now, changed === 'all' || changed.has(ingress.index));
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
