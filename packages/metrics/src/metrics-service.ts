import type { Clock, HeraldHost, HostService } from '@nic-herald/core';
import type { LocalPlace, LocalServer } from '@nic-herald/local-http';
import { MetricBook } from './metric-book.js';
import { serveMetrics } from './metrics-server.js';

/** Counts from before the first fact, and answers scrapes as long as its host is there. */
export class MetricsService implements HostService {
  private readonly book: MetricBook;
  private listening: readonly Promise<LocalServer>[] = [];

  constructor(
    private readonly wanted: readonly LocalPlace[],
    private readonly host: HeraldHost,
    clock: Clock,
  ) {
    this.book = new MetricBook(host, clock);
  }

  /** Rejects with HERALD_METRICS_BUSY, HERALD_METRICS_PLACE or HERALD_METRICS_DIRECTORY. */
  async start(): Promise<void> {
    const { host, book, wanted } = this;
    this.listening = wanted.map((place) => serveMetrics(place, { host, book }));
    await Promise.all(this.listening);
    book.start();
  }

  /** Waits for a start that was given up: nothing must stay behind. */
  async close(): Promise<void> {
    this.book.close();
    const servers = await Promise.allSettled(this.listening);
    const opened = servers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    await Promise.all(opened.map((server) => server.close()));
  }
}
