import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FRAME_SINK,
  type Guest,
  HANDOFF_STORE,
  HeraldError,
  type HeraldPlugin,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { METRICS, metrics } from '@nic-herald/metrics';
import { MemoryHandoff, PlayedMonitor, sampleReport } from '@nic-herald/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { scrape, seriesIn } from '../staged/scrape.js';
import { parseQuery } from './promql.js';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../deploy', path), 'utf8');

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboard = JSON.parse(read('grafana/nic-herald.json')) as Dashboard;
const { groups } = parse(read('prometheus/nic-herald.rules.yaml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

/** What Grafana puts in for its variables. */
const filledIn = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__range', '6h')
    .replaceAll(/\$(?:job|instance)\b/g, '.*');
const variablesOf = ({ expr }: { readonly expr: string }): readonly string[] =>
  [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);

const queries: readonly (readonly [string, string])[] = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, filledIn(expr)] as const),
  ),
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
];

/** What Prometheus adds to each series. */
const TARGET_LABELS = ['job', 'instance'];

let folder: string;
/** Of a real scrape: the values that each label has, by the name of the series. */
let exported: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-queries-'));
  const socket = join(folder, 'm.sock');
  const parts: HeraldPlugin = {
    name: 'parts',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => {
      registrar.contribute(HANDOFF_STORE, { value: new MemoryHandoff() });
      registrar.contribute(FRAME_SINK, {
        value: {
          name: 'sink',
          claim: () => Promise.reject(new Error('no')),
          open: () => Promise.reject(new Error('no')),
        },
      });
    },
  };
  await using host = await composeHost([metrics({ socket }), parts, new PlayedMonitor().plugin], {
    name: 'A',
  });
  const guest = { instance: 'one', identity: { name: 'web-1' } } as Guest;
  const warning = { code: 'HERALD_SEND_FAILED', message: '' } as const;
  const report = sampleReport({ warnings: [warning], resumedAt: 1, firstFrameAt: 2, lastFrameAt: 3 });
  host.bus.emit('announce:finished', { guest, cause: 'migration', report });
  host.bus.emit('warning', { warning: new HeraldError('HERALD_HOST_TWIN', 'twin') });
  // facts are told when no frame is due
  const text = await vi.waitFor(
    async () => {
      const { body } = await scrape(socket, '/metrics');
      if (!body.includes('code="HERALD_HOST_TWIN"')) throw new Error('not counted yet');
      return body;
    },
    { timeout: 10_000 },
  );
  const values = new Map<string, Map<string, Set<string>>>();
  for (const series of seriesIn(text).keys()) {
    const [name = '', labels = ''] = series.split(/[{}]/);
    const known = values.get(name) ?? new Map<string, Set<string>>();
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
    values.set(name, known);
  }
  exported = values;
});
afterAll(() => rm(folder, { recursive: true }));

describe('what is no query is found out:', () => {
  it.each(['', 'sum(', 'rate(a[5m]', 'a{b=~}', 'sum by (a b) (c)'])('%s', (query) => {
    expect(() => parseQuery(query)).toThrow('no PromQL');
  });
});

describe.each(queries)('%s', (_, query) => {
  it('asks for series and labels that there are', () => {
    const { series, grouped } = parseQuery(query);
    expect(series.length).toBeGreaterThan(0);
    const labelsHere = new Set(TARGET_LABELS);
    for (const { metric, labels } of series) {
      if (metric === 'up') continue; // Prometheus' own
      const known = exported.get(metric);
      expect(known, metric).toBeDefined();
      for (const label of known?.keys() ?? []) labelsHere.add(label);
      for (const { name, values } of labels.filter((label) => !TARGET_LABELS.includes(label.name))) {
        for (const value of values)
          expect([...(known?.get(name) ?? [])], `${metric}{${name}}`).toContain(value);
      }
    }
    for (const label of grouped) expect([...labelsHere], query).toContain(label);
  });

  it('takes a rate of what only grows, and of nothing else', () => {
    for (const { metric, rangeFunction } of parseQuery(query).series) {
      const base = metric.replace(/_(?:bucket|sum|count)$/, '');
      const described = METRICS.find(({ name }) => name === metric || name === base);
      const grows = described !== undefined && described.type !== 'gauge';
      if (rangeFunction !== undefined) expect([metric, grows]).toEqual([metric, true]);
      else if (described?.type === 'histogram') expect.unreachable(`${metric} without a rate`);
    }
  });
});

describe('the dashboard', () => {
  it('names its variables, and only those that it has', () => {
    const known = dashboard.templating.list.map(({ name }) => name);
    expect(known).toEqual(['datasource', 'job', 'instance']);
    const used = dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(variablesOf));
    expect(new Set(used)).toEqual(new Set(['__range', '__rate_interval', 'instance', 'job']));
    for (const { type, datasource } of dashboard.panels) {
      if (type !== 'row') expect(datasource?.uid).toMatch(/^\$\{datasource\}$/);
    }
    for (const { definition } of dashboard.templating.list.slice(1)) {
      const [, metric = ''] = /^label_values\((\w+)/.exec(definition ?? '') ?? [];
      expect([...exported.keys()]).toContain(metric);
    }
  });

  it('shows in its legends labels that the series have', () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const { series, grouped } = parseQuery(filledIn(expr));
        const [labels] = series.map(({ metric }) => [...(exported.get(metric)?.keys() ?? [])]);
        const kept =
          /\bby\b|^\w+\(/.test(expr) && grouped.length > 0 ? grouped : [...TARGET_LABELS, ...(labels ?? [])];
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(kept, title).toContain(label);
      }
    }
  });

  it('has each panel once, and none above another', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), `${title} at ${x}, ${y}`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it('shows every metric, but for the size of the heap', () => {
    const shown = new Set(
      queries.flatMap(([, query]) => parseQuery(query).series.map(({ metric }) => metric)),
    );
    const unseen = METRICS.filter(({ name }) => !shown.has(name) && !shown.has(`${name}_bucket`));
    expect(unseen.map(({ name }) => name)).toEqual([
      'process_start_time_seconds',
      'nodejs_heap_size_total_bytes',
    ]);
  });
});

describe('the alerts', () => {
  it('speak of labels that their series have', () => {
    for (const { alert, expr, annotations } of rules) {
      const { series, grouped } = parseQuery(expr);
      const [labels] = series.map(({ metric }) => [...(exported.get(metric)?.keys() ?? [])]);
      const kept = grouped.length > 0 ? grouped : [...TARGET_LABELS, ...(labels ?? [])];
      const spoken = Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]);
      for (const [, label = ''] of spoken) expect(kept, alert).toContain(label);
    }
  });

  it('have names of their own', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});
