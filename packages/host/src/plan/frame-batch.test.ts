import type { Announcement, AnnouncementKind } from '@nic-herald/core';
import { frameCount } from '@nic-herald/core/internal';
import { encodeRarp, rarpLength } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { rarpKind } from '../kinds/rarp-kind.js';
import { encodeBatch, encodeSound } from './frame-batch.js';

const rarp = (number: number, vlan?: number): Announcement => ({
  kind: 'rarp',
  station: station(number, vlan),
  evidence: 'filter',
});
const kinds = (kind: Partial<AnnouncementKind> = {}) => new Map([['rarp', { ...rarpKind, ...kind }]]);

describe('encodeBatch', () => {
  it.each<[string, Map<string, AnnouncementKind>, string]>([
    ['a kind nobody provides', new Map(), 'no plugin of this host provides it'],
    ['a frame too short', kinds({ frameLength: () => 13 }), 'a frame of 13 bytes, outside of 14 to 1518'],
    ['a frame too long', kinds({ frameLength: () => 1519 }), 'a frame of 1519 bytes'],
    ['a length that is none', kinds({ frameLength: () => Number.NaN }), 'a frame of NaN bytes'],
    ['half a frame', kinds({ encode: () => 20 }), '20 bytes written of a frame said to be of 60'],
  ])('refuses %s', (_, of, message) => {
    expect(() => encodeBatch([rarp(1)], of)).toThrow(
      expect.objectContaining({
        code: 'HERALD_KIND_FAULT',
        message: `the announcement kind rarp failed for 52:54:00:00:00:01: ${message}`.replace(
          / bytes$/,
          ' bytes, outside of 14 to 1518',
        ),
      }),
    );
  });

  it('lays frames one after another, each byte for byte that of its codec', () => {
    const announcements = [rarp(0), rarp(1, 10), rarp(2, 4094), rarp(3)];
    const batch = encodeBatch(announcements, kinds());
    expect([...batch.starts]).toEqual([0, 60, 124, 188, 248]);
    expect(batch.bytes).toHaveLength(248);
    expect(frameCount(batch)).toBe(4);
    for (const [index, announcement] of announcements.entries()) {
      const frame = new Uint8Array(rarpLength(announcement.station));
      encodeRarp(announcement.station, frame, 0);
      expect(batch.bytes.subarray(batch.starts[index], batch.starts[index + 1])).toEqual(frame);
    }
  });

  it('lets no kind write into the frames of another', () => {
    const rude: AnnouncementKind = { ...rarpKind, encode: (_, out) => Math.min(60, out.fill(0xff).length) };
    const { bytes } = encodeBatch(
      [rarp(1), { ...rarp(2), kind: 'rude' }, rarp(3)],
      kinds().set('rude', rude),
    );
    for (const [index, number] of [1, 3].entries()) {
      const frame = new Uint8Array(60);
      encodeRarp(station(number), frame, 0);
      expect(bytes.subarray(120 * index, 120 * index + 60)).toEqual(frame);
    }
  });

  it('is empty for nothing', () => {
    expect(encodeBatch([], kinds())).toEqual({ bytes: new Uint8Array(), starts: Uint32Array.of(0) });
  });
});

describe('encodeSound', () => {
  const good: Announcement = { ...rarp(1), kind: 'good' };
  const of = (kind: Partial<AnnouncementKind>) => new Map([...kinds(kind), ['good', rarpKind]]);

  it.each<[string, Partial<AnnouncementKind>, RegExp]>([
    ['says no length', { frameLength: () => Number.NaN }, /kind rarp failed for .*:01: a frame of NaN/],
    [
      'throws',
      {
        encode: () => {
          throw new TypeError('no tag');
        },
      },
      /^the announcement kind rarp failed for 52:54:00:00:00:01: no tag$/,
    ],
  ])('leaves out what a kind that %s was to encode, and tells of it once', (_, kind, message) => {
    const { batch, announcements, faults } = encodeSound([rarp(1), good, rarp(2)], of(kind));
    expect([announcements, frameCount(batch), batch.bytes.length]).toEqual([[good], 1, 60]);
    expect(faults).toEqual([
      expect.objectContaining({
        code: 'HERALD_KIND_FAULT',
        message: expect.stringMatching(message) as unknown,
      }),
    ]);
  });

  it('leaves out the one announcement that a kind fails on', () => {
    const encode: AnnouncementKind['encode'] = (announcement, out, offset) =>
      announcement.station.mac === station(2).mac ? 0 : rarpKind.encode(announcement, out, offset);
    const { batch, announcements, faults } = encodeSound([rarp(1), rarp(2), good], of({ encode }));
    expect([announcements, frameCount(batch), faults.length]).toEqual([[rarp(1), good], 2, 1]);
  });

  it('is the whole batch where nothing fails', () => {
    const all = [rarp(1), good];
    expect(encodeSound(all, of({}))).toEqual({
      batch: encodeBatch(all, of({})),
      announcements: all,
      faults: [],
    });
  });
});
