import type { DeviceInspector } from '@nic-herald/core';
import { fakeDevice } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { RecordingInspector } from './recording-inspector.js';

const options = { signal: new AbortController().signal };
const BAR = 0xfebc_0000;
const device = (over: Partial<DeviceInspector> = {}): DeviceInspector => ({
  ...fakeDevice({
    type: 'e1000',
    regions: [{ bar: 0, kind: 'memory', address: BAR, size: 0x20_0000 }],
    memory: { [BAR]: 7 },
    receiveFilter: { name: 'nic0' },
    properties: { mac: '52:54:00:00:00:01' },
  }),
  ...over,
});
const answering = (answer: unknown) => () => Promise.resolve(answer as never);
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('a recording inspector', () => {
  it.each<[string, Partial<DeviceInspector>, (card: RecordingInspector) => Promise<unknown>, string]>([
    [
      'a report that is nested without end',
      { receiveFilter: answering(deep(100)) },
      (card) => card.receiveFilter(options),
      'the receive filter was left out: it is nested more than 64 deep',
    ],
    [
      'a report of a megabyte',
      { receiveFilter: answering('x'.repeat(1_000_000)) },
      (card) => card.receiveFilter(options),
      'the receive filter was left out: it has more than 262144 characters',
    ],
    [
      'a report that is none',
      { receiveFilter: answering(undefined) },
      (card) => card.receiveFilter(options),
      'the receive filter was left out: it is no JSON',
    ],
    [
      'a property that JSON does not know',
      { property: answering(1n) },
      (card) => card.property('mac', options),
      'the property mac was left out: ',
    ],
    [
      'properties without end',
      { property: answering(1) },
      (card) => Promise.all(Array.from({ length: 65 }, (_, index) => card.property(`p${index}`, options))),
      'more than 64 properties were asked for',
    ],
    [
      'regions that are no list',
      { regions: answering(null) },
      (card) => card.regions(options),
      'of 1 regions 1 make no sense',
    ],
    [
      'a region at an odd place',
      { regions: answering([{ bar: 0, kind: 'memory', size: 4, address: -1 }]) },
      (card) => card.regions(options),
      'of 1 regions 1 make no sense',
    ],
    [
      'words without end',
      {},
      async (card) => {
        for (let at = 0; at <= 128; at += 1) {
          await card.readWords([{ address: BAR + at * 4096, words: 1024 }], options);
        }
      },
      'more than 131072 words were read',
    ],
  ])('does not keep %s, and says so', async (_, over, read, problem) => {
    const card = new RecordingInspector(device(over));
    await read(card);
    expect(card.problems).toEqual([expect.stringContaining(problem)]);
    const kept = card.finish();
    expect(Object.keys(kept.memory).length).toBeLessThanOrEqual(131_072);
    expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
  });

  it.each<[string, unknown]>([
    ['no list', 'words'],
    ['nothing', []],
    ['lists that are no words', [['7']]],
    ['null', null],
  ])('hands nonsense in place of words on as it came, and keeps none of it: %s', async (_, answer) => {
    const card = new RecordingInspector(device({ readWords: answering(answer) }));
    expect(await card.readWords([{ address: BAR, words: 1 }], options)).toBe(answer);
    expect(card.finish().memory).toEqual({});
  });

  it('keeps no more words than were asked for', async () => {
    const card = new RecordingInspector(device({ readWords: answering([Uint32Array.of(1, 2, 3)]) }));
    await card.readWords([{ address: BAR, words: 2 }], options);
    expect(card.finish().memory).toEqual({ [BAR]: 1, [BAR + 4]: 2 });
  });

  it('passes refusals on, with the signal', async () => {
    const card = new RecordingInspector(device());
    await expect(card.property('netdev', options)).rejects.toMatchObject({
      code: 'HERALD_DEVICE_UNREADABLE',
    });
    await expect(card.regions({ signal: AbortSignal.abort() })).rejects.toThrow('given up');
    expect(card.finish()).toMatchObject({ regions: [], memory: {} });
  });

  it('keeps the last answer, and says that the card changed', async () => {
    let word = 0;
    const card = new RecordingInspector(
      device({ readWords: async () => [Uint32Array.of(word++)] }), // a register that counts
    );
    const range = [{ address: BAR, words: 1 }];
    await card.readWords(range, options);
    expect(card.problems).toEqual([]);
    await card.readWords(range, options);
    expect(card.problems).toEqual([expect.stringContaining('a word changed while the card was recorded')]);
    expect(card.finish().memory).toEqual({ [BAR]: 1 });
  });

  it('keeps what was answered, until it is finished', async () => {
    const card = new RecordingInspector(device());
    await card.regions(options);
    await card.property('mac', options);
    await card.receiveFilter(options);
    const kept = card.finish();
    await card.readWords([{ address: BAR, words: 1 }], options);
    expect(kept).toEqual({
      type: 'e1000',
      id: 'nic0',
      primaryMac: '52:54:00:00:00:01',
      hypervisor: { name: 'QEMU', version: '7.2.22' },
      regions: [{ bar: 0, kind: 'memory', address: BAR, size: 0x20_0000 }],
      memory: {},
      receiveFilter: { name: 'nic0' },
      properties: { mac: '52:54:00:00:00:01' },
    });
    expect(card.finish().memory).toEqual({});
  });
});
