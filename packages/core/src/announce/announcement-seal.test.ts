import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { announcementSeal } from './announcement-seal.js';
import { stationOf } from './station.js';

const HEAD = { guest: 'name:web', host: 'A', epoch: 3, writer: { agent: 'a-secret' } } as Parameters<
  typeof announcementSeal
>[0];
const STATION = stationOf(MacAddress.of('52:54:00:00:00:01'), VlanId.of(10));
const hex = (head: typeof HEAD, station = STATION): string =>
  Buffer.from(announcementSeal(head)?.of(station) ?? []).toString('hex');

describe('announcementSeal', () => {
  it('is what both hosts make of it, as docs/wire-formats.md says', () => {
    expect(hex(HEAD)).toBe('fc93f1b14f4b4f04');
  });

  it.each<[string, typeof HEAD]>([
    ['writer', { ...HEAD, writer: { agent: 'another' } }],
    ['host', { ...HEAD, host: 'B' }],
    ['guest', { ...HEAD, guest: 'name:db' } as typeof HEAD],
    ['epoch', { ...HEAD, epoch: 4 }],
  ])('is another one for another %s', (_, head) => {
    expect(hex(head)).toMatch(/^[0-9a-f]{16}$/);
    expect(hex(head)).not.toBe(hex(HEAD));
  });

  it('is another one for each station', () => {
    expect(hex(HEAD, stationOf(STATION.mac))).not.toBe(hex(HEAD));
  });

  it('is not made where the writer is not known', () => {
    const { writer: _, ...old } = HEAD;
    expect(announcementSeal(old)).toBeUndefined();
  });
});
