import { describe, expect, it } from 'vitest';
import { type Claim, type GuestSighting, WatchedGuests } from './watched-guests.js';

const incarnation = { bootId: 'b', pid: 7, startTicks: 9 };
const sighting = (over: Partial<GuestSighting> = {}, isQemu = false, pid = 7): GuestSighting => ({
  socketPath: '/a.qmp',
  process: { incarnation: { ...incarnation, pid }, startedAt: 1, isQemu, startedToWait: undefined },
  identity: { name: 'web-1' },
  nics: 'one',
  phase: 'running',
  ...over,
});
const isFree = (claim: Claim): boolean => 'release' in claim;

describe('WatchedGuests', () => {
  it.each<[string, GuestSighting, GuestSighting, boolean]>([
    ['one guest by two sockets', sighting(), sighting({ socketPath: '/b.qmp' }), false],
    ['one of another process', sighting(), sighting({}, false, 8), true],
    ['one of another name', sighting(), sighting({ identity: { name: 'web-2' } }), true],
    ['one of another UUID', sighting(), sighting({ identity: { name: 'web-1', uuid: 'x' } }), true],
    ['one with other NICs behind a proxy', sighting(), sighting({ nics: 'two' }), true],
    ['the other end of a migration behind a proxy', sighting(), sighting({ phase: 'incoming' }), true],
    ['one with other NICs by now in a QEMU', sighting({}, true), sighting({ nics: 'two' }, true), false],
    ['one that went on in a QEMU', sighting({}, true), sighting({ phase: 'paused' }, true), false],
    ['another one that a QEMU cannot have', sighting({}, true), sighting({ identity: {} }, true), true],
  ])('gives out, beside a guest, %s: %s', (_, held, claimed, free) => {
    const guests = new WatchedGuests();
    expect(isFree(guests.claim(() => held))).toBe(true);
    expect(isFree(guests.claim(() => claimed))).toBe(free);
  });

  it('compares with how the guest stands when another claims', () => {
    const guests = new WatchedGuests();
    let held = sighting({ phase: 'incoming' });
    guests.claim(() => held);
    held = sighting({ phase: 'running' });
    expect(isFree(guests.claim(() => sighting()))).toBe(false);
  });

  it('tells who waits when the guest is free, once', () => {
    const guests = new WatchedGuests();
    const first = guests.claim(() => sighting());
    const second = guests.claim(() => sighting({ socketPath: '/b.qmp' }));
    let told = 0;
    if ('heldBy' in second) {
      expect(second.heldBy.socketPath).toBe('/a.qmp');
      second.whenFree(() => {
        told += 1;
      });
    }
    if ('release' in first) for (const release of [first.release, first.release]) release();
    expect(told).toBe(1);
    expect(isFree(guests.claim(() => sighting()))).toBe(true);
  });
});
