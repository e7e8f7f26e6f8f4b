import { describe, expect, it } from 'vitest';
import type { LinkInfo } from './link-info.js';
import { LinkTable } from './link-table.js';
import type { LinkSelector } from './links.js';

const link = (index: number, more: Partial<LinkInfo> = {}): LinkInfo => ({
  ...{ index, name: `tap${index}`, up: true, carrier: true, operState: 'up' },
  ...more,
});

/** A kernel with these interfaces, what it told of them, and how often it was asked. */
const kernelWith = (...links: readonly LinkInfo[]) => {
  const all = new Map(links.map((each) => [each.index, each]));
  const changed = new Set<number>();
  const kernel = {
    asked: [] as string[],
    isDeaf: false,
    /** Runs in the midst of a list, behind what is listed. */
    meanwhile: (): void => {},
    set: (each: LinkInfo): void => {
      all.set(each.index, each);
      changed.add(each.index);
    },
    remove: (index: number): void => {
      all.delete(index);
      changed.add(index);
    },
    news: (): ReadonlySet<number> | 'all' => {
      const news = kernel.isDeaf ? 'all' : new Set(changed);
      kernel.isDeaf = false;
      changed.clear();
      return news;
    },
    find: (which: LinkSelector): LinkInfo | undefined => {
      kernel.asked.push('index' in which ? String(which.index) : which.name);
      return 'index' in which
        ? all.get(which.index)
        : [...all.values()].find(({ name }) => name === which.name);
    },
    list: async (): Promise<readonly LinkInfo[]> => {
      kernel.asked.push('all');
      const listed = [...all.values()];
      kernel.meanwhile();
      return listed;
    },
    vlans: () => {
      kernel.asked.push('vlans');
      return new Map(
        [...all.keys()].map((index) => [index, { ranges: [[index, kernel.lastVlan] as const] }]),
      );
    },
    lastVlan: 10,
    close: () => {},
  };
  return { kernel, table: new LinkTable(kernel) };
};

const namesOf = (links: readonly LinkInfo[]): readonly string[] => links.map(({ name }) => name).toSorted();

describe('LinkTable', () => {
  it('asks once, by name or by number', () => {
    const { kernel, table } = kernelWith(link(1), link(2));
    expect(table.find({ name: 'tap1' })?.index).toBe(1);
    expect(table.find({ index: 1 })?.name).toBe('tap1');
    expect(table.find({ name: 'tap1' })?.index).toBe(1);
    expect(kernel.asked).toEqual(['tap1']);
  });

  it.each<
    [string, (kernel: ReturnType<typeof kernelWith>['kernel']) => void, LinkSelector, LinkInfo | undefined]
  >([
    ['changed', (kernel) => kernel.set(link(1, { up: false })), { name: 'tap1' }, link(1, { up: false })],
    ['was removed', (kernel) => kernel.remove(1), { index: 1 }, undefined],
    ['was renamed', (kernel) => kernel.set(link(1, { name: 'web' })), { name: 'tap1' }, undefined],
    [
      'has its name from another',
      (kernel) => {
        kernel.remove(1);
        kernel.set(link(3, { name: 'tap1' }));
      },
      { name: 'tap1' },
      link(3, { name: 'tap1' }),
    ],
    [
      'changed when too much did',
      (kernel) => {
        kernel.set(link(1, { up: false }));
        kernel.isDeaf = true;
      },
      { name: 'tap1' },
      link(1, { up: false }),
    ],
  ])('tells one that %s as it is now', async (_, change, which, now) => {
    const { kernel, table } = kernelWith(link(1), link(2));
    await table.all();
    change(kernel);
    expect(table.find(which)).toEqual(now);
    expect((await table.all()).filter(({ name }) => name === 'tap1')).toEqual(
      now?.name === 'tap1' ? [now] : [],
    );
  });

  it('asks again for what changed alone', async () => {
    const { kernel, table } = kernelWith(link(1), link(2));
    expect(await Promise.all([table.all(), table.all()])).toHaveLength(2);
    kernel.set(link(2, { name: 'web' }));
    kernel.set(link(3));
    expect(namesOf(await table.all())).toEqual(['tap1', 'tap3', 'web']);
    expect(kernel.asked).toEqual(['all', '2', '3']);
  });

  it.each<[string, (at: ReturnType<typeof kernelWith>) => void, readonly string[]]>([
    ['changes', ({ kernel }) => kernel.set(link(1, { name: 'web' })), ['tap2', 'web']],
    ['comes', ({ kernel }) => kernel.set(link(3)), ['tap1', 'tap2', 'tap3']],
    ['goes', ({ kernel }) => kernel.remove(1), ['tap2']],
    [
      'changes and is asked for',
      ({ kernel, table }) => {
        kernel.set(link(1, { name: 'web' }));
        table.find({ index: 1 });
      },
      ['tap2', 'web'],
    ],
    [
      'changes, is asked for and goes',
      ({ kernel, table }) => {
        kernel.set(link(1, { name: 'web' }));
        table.find({ index: 1 });
        kernel.remove(1);
        table.find({ index: 1 });
      },
      ['tap2'],
    ],
  ])('lists what is there where one %s while it lists', async (_, change, expected) => {
    const at = kernelWith(link(1), link(2));
    at.kernel.meanwhile = () => change(at);
    expect(namesOf(await at.table.all())).toEqual(expected);
    at.kernel.meanwhile = () => {};
    expect(namesOf(await at.table.all())).toEqual(expected);
  });

  it('lists again where more changed while it listed than it could hear', async () => {
    const { kernel, table } = kernelWith(link(1));
    kernel.meanwhile = () => {
      kernel.set(link(1, { name: 'web' }));
      kernel.isDeaf = true;
    };
    await table.all();
    kernel.meanwhile = () => {};
    expect(namesOf(await table.all())).toEqual(['web']);
  });

  it('knows what bridges take at their ports until there is news of a port or of a bridge', () => {
    const { kernel, table } = kernelWith(link(1), link(2), link(9, { kind: 'bridge' }));
    for (const index of [1, 2, 9]) table.find({ index });
    kernel.asked.length = 0;
    const lastAt = (index: number): number | undefined => table.vlansAt(index)?.ranges[0]?.[1];
    expect([lastAt(1), lastAt(2), lastAt(3), lastAt(3)]).toEqual([10, 10, undefined, undefined]);
    kernel.lastVlan = 20;
    kernel.set(link(1));
    expect(lastAt(2)).toBe(10);
    expect(lastAt(1)).toBe(20);
    kernel.lastVlan = 30;
    kernel.set(link(9, { kind: 'bridge' }));
    expect(lastAt(2)).toBe(30);
    kernel.lastVlan = 40;
    kernel.isDeaf = true;
    expect(lastAt(2)).toBe(40);
    expect(kernel.asked).toEqual(['vlans', 'vlans', 'vlans', 'vlans', 'vlans']);
  });
});
