import { describe, expect, it } from 'vitest';
import { type FakeDeviceOptions, fakeDevice } from './fake-device.js';
import { recordedDevice } from './recorded-device.js';
import { loadRecording, recordingNames } from './recording.js';

const options = { signal: new AbortController().signal };
const BAR = 0xfebc_0000;
const card: FakeDeviceOptions = {
  type: 'rtl8139',
  regions: [{ bar: 1, kind: 'memory', address: BAR, size: 0x10 }],
  memory: { [BAR]: 0x0000_5452, [BAR + 4]: -1 },
  properties: { mac: '52:54:00:00:00:07' },
};
type Read = (device: ReturnType<typeof fakeDevice>) => Promise<unknown>;
const wordsAt =
  (address: number, words: number): Read =>
  (device) =>
    device.readWords([{ address, words }], options);

describe('a fake device', () => {
  it.each<[string, Read]>([
    ['its filter where it has none', (device) => device.receiveFilter(options)],
    ['a property it does not have', (device) => device.property('netdev', options)],
    ['what nothing is mapped at', wordsAt(BAR + 0x10, 1)],
    ['beyond the end of a region', wordsAt(BAR + 0xc, 2)],
    ['at an odd address', wordsAt(BAR + 2, 1)],
    ['no words', wordsAt(BAR, 0)],
    ['too many words', wordsAt(BAR, 1025)],
    ['with a signal that is aborted', (device) => device.regions({ signal: AbortSignal.abort() })],
  ])('refuses to be read: %s', async (_, read) => {
    await expect(read(fakeDevice(card))).rejects.toMatchObject({ code: 'HERALD_DEVICE_UNREADABLE' });
  });

  it('gives the words it was given, and zero elsewhere in its regions', async () => {
    const [words] = await fakeDevice(card).readWords([{ address: BAR, words: 3 }], options);
    expect([...(words ?? [])]).toEqual([0x5452, 0xffff_ffff, 0]);
    expect(await fakeDevice(card).property('mac', options)).toBe('52:54:00:00:00:07');
  });
});

describe('a recorded device', () => {
  it.each(recordingNames())('is the card of %s, at both ends', (name) => {
    const recording = loadRecording(name);
    for (const end of ['source', 'destination'] as const) {
      const { nic } = recordedDevice(recording, end);
      expect(nic.primaryMac).toBe(recording.truth.stations[0]?.mac);
      expect(name.startsWith(nic.type.split('-', 1)[0] ?? '')).toBe(true);
    }
  });

  it('shows what the migration lost', async () => {
    const recording = loadRecording('virtio-vlan-noga');
    const vlansAt = async (end: 'source' | 'destination'): Promise<unknown> =>
      ((await recordedDevice(recording, end).receiveFilter(options)) as Record<string, unknown>)[
        'vlan-table'
      ];
    expect(await vlansAt('source')).toContain(10);
    expect(await vlansAt('destination')).toEqual([]);
  });
});
