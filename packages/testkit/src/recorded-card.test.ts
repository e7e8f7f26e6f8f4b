import type { CardRecording } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { recordedCard } from './recorded-card.js';

const options = { signal: new AbortController().signal };
const BAR = 0xfebc_0000;
const CARD: CardRecording['card'] = {
  type: 'rtl8139',
  id: 'nic1',
  primaryMac: '52:54:00:00:00:01',
  hypervisor: { name: 'QEMU', version: '9.1.0' },
  regions: [
    { bar: 0, kind: 'io', address: 0xc000, size: 0x100 },
    { bar: 1, kind: 'memory', address: BAR, size: 0x100 },
    { bar: 6, kind: 'memory', size: 0x4000 },
  ],
  memory: { [BAR]: 0x5452, [BAR + 4]: 0 },
  receiveFilter: { 'main-mac': '52:54:00:00:00:01' },
  properties: { mac: '52:54:00:00:00:01' },
};
/** As `JSON.parse` gives it of the file. */
const file = (card: object = {}, over: object = {}): unknown =>
  JSON.parse(JSON.stringify({ format: 1, card: { ...CARD, ...card }, model: 'primary-mac', ...over }));

describe('a recorded card', () => {
  it.each<[string, unknown, string]>([
    [
      'the text of a file',
      JSON.stringify(file()),
      'it is expected to be what JSON.parse makes of the file, got "its text"',
    ],
    ['nothing', undefined, 'it is expected to be an object, got undefined'],
    ['a list', [file()], 'it is expected to be an object, got ['],
    ['what is nested without end', JSON.parse('['.repeat(200) + ']'.repeat(200)), 'nested at most 128 deep'],
    [
      'another format',
      file({}, { format: 2 }),
      '`format` is expected to be 1, as this version writes it, got 2',
    ],
    ['no card', { format: 1 }, '`card` is expected to be an object, got undefined'],
    [
      'a member nobody knows',
      file({ recieveFilter: {} }),
      'no members but type, id, primaryMac, hypervisor, regions, memory, receiveFilter, properties, got "recieveFilter"',
    ],
    ['no type', file({ type: '' }), '`card.type` is expected to be a text of 1 to 1024 characters, got ""'],
    ['an id that is no text', file({ id: 7 }), '`card.id` is expected to be a text'],
    [
      'no MAC',
      file({ primaryMac: '52:54:00' }),
      '`card.primaryMac` is expected to be a MAC address such as 52:54:00:00:00:01, got "52:54:00"',
    ],
    [
      'no version',
      file({ hypervisor: { name: 'QEMU' } }),
      '`card.hypervisor.version` is expected to be a text',
    ],
    ['no regions', file({ regions: undefined }), '`card.regions` is expected to be a list'],
    [
      'regions without end',
      file({ regions: Array(65).fill(CARD.regions[0]) }),
      '`card.regions` is expected to be a list of at most 64',
    ],
    [
      'a region that is none',
      file({ regions: [null] }),
      '`card.regions`[0] is expected to be an object, got null',
    ],
    [
      'a region of another kind',
      file({ regions: [{ bar: 0, kind: 'rom', size: 4 }] }),
      "`card.regions`[0].kind is expected to be 'memory' or 'io', got \"rom\"",
    ],
    ['a region without a BAR', file({ regions: [{ kind: 'io', size: 4 }] }), '`card.regions`[0].bar'],
    [
      'a region without a size',
      file({ regions: [{ bar: 0, kind: 'io', size: -1 }] }),
      '`card.regions`[0].size',
    ],
    [
      'a region at no address',
      file({ regions: [{ bar: 0, kind: 'io', size: 4, address: '0x0' }] }),
      '`card.regions`[0].address',
    ],
    ['memory that is a list', file({ memory: [1, 2] }), '`card.memory` is expected to be an object'],
    [
      'an address in hex',
      file({ memory: { '0xfebc0000': 1 } }),
      '`card.memory` is expected to be addresses in decimal that are multiples of 4, got "0xfebc0000"',
    ],
    ['an address between words', file({ memory: { 2: 1 } }), 'multiples of 4, got "2"'],
    [
      'a word that is negative',
      file({ memory: { 4: -1 } }),
      '`card.memory`.4 is expected to be a word from 0 to 4294967295, got -1',
    ],
    ['a word that is text', file({ memory: { 4: '0x1' } }), '`card.memory`.4 is expected to be a word'],
    ['a word of 33 bits', file({ memory: { 4: 2 ** 32 } }), '`card.memory`.4 is expected to be a word'],
    ['properties that are none', file({ properties: 7 }), '`card.properties` is expected to be an object'],
  ])('is not made of %s', (_, given, message) => {
    expect(() => recordedCard(given)).toThrow(
      expect.objectContaining({
        code: 'HERALD_RECORDING_INVALID',
        message: expect.stringContaining(message) as unknown,
      }),
    );
  });

  it.each<[string, number, number, string]>([
    [
      'was not recorded',
      BAR + 8,
      1,
      'the recording of nic1 (rtl8139) has no word at 0x8 of BAR 1: record it again with --words 1:0x8:COUNT',
    ],
    ['was recorded in part', BAR, 3, 'has no word at 0x8 of BAR 1'],
    ['is not mapped', 0x1000, 1, 'nothing is mapped at 0x1000'],
    ['is ports', 0xc000, 1, 'nothing is mapped at 0xc000'],
    ['is beyond the end', BAR + 0x100, 1, 'nothing is mapped'],
  ])('refuses to read what %s: zero would be a guess', async (_, address, words, message) => {
    await expect(recordedCard(file()).readWords([{ address, words }], options)).rejects.toMatchObject({
      code: 'HERALD_DEVICE_UNREADABLE',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('answers what was recorded', async () => {
    const device = recordedCard(file());
    expect(device.nic).toMatchObject({ id: 'nic1', type: 'rtl8139', primaryMac: '52:54:00:00:00:01' });
    expect(device.hypervisor).toEqual(CARD.hypervisor);
    expect(await device.regions(options)).toEqual(CARD.regions);
    expect(await device.readWords([{ address: BAR, words: 2 }], options)).toEqual([
      Uint32Array.of(0x5452, 0),
    ]);
    expect(await device.receiveFilter(options)).toEqual(CARD.receiveFilter);
    expect(await device.property('mac', options)).toBe('52:54:00:00:00:01');
  });

  it('has no report and no property that was not recorded', async () => {
    const device = recordedCard(file({ receiveFilter: undefined, properties: undefined }));
    await expect(device.receiveFilter(options)).rejects.toMatchObject({ code: 'HERALD_DEVICE_UNREADABLE' });
    await expect(device.property('mac', options)).rejects.toMatchObject({ code: 'HERALD_DEVICE_UNREADABLE' });
  });

  it('is the same each time, whatever a model did to the last one', async () => {
    const recording = file();
    const spoilt = (await recordedCard(recording).receiveFilter(options)) as Record<string, unknown>;
    spoilt['main-mac'] = 'spoilt';
    expect(await recordedCard(recording).receiveFilter(options)).toEqual(CARD.receiveFilter);
  });
});
