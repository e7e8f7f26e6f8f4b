// The contract that every NIC model keeps, hostile cases and values included: npm test
import { describe, it } from 'node:test';
import { fakeDevice, nicModelContract, testContract } from '@nic-herald/testkit';
import { SampleNicModel } from '../src/index.js';

// TO FILL IN: the registers of your card, for a sample-nic-type. These are of the made-up card of
// src/sample-nic-card.js. They are written out and not taken from there: else a wrong offset would be wrong in both.
const BAR = 0xfebc_0000;
const region = { bar: 2, kind: 'memory', address: BAR, size: 0x100 };
const card =
  (memory, regions = [region]) =>
  () =>
    fakeDevice({
      type: 'made-up-nic',
      primaryMac: '52:54:00:00:00:01',
      regions,
      memory: { ...around, ...memory },
    });

// What lies before and behind the table looks like MACs too: who reads too far, or at the wrong place, gives them.
const around = {
  [BAR + 0x38]: 0xee00_5452,
  [BAR + 0x3c]: 0x8000_0100,
  [BAR + 0x60]: 0xee00_5452,
  [BAR + 0x64]: 0x8000_0200,
};

const fresh = card({ [BAR + 0x40]: 0x0000_5452, [BAR + 0x44]: 0x8000_0100 });
const full = card({
  [BAR + 0x40]: 0xcc00_5452, // 52:54:00:cc:00:01, set by the guest
  [BAR + 0x44]: 0x8000_0100,
  [BAR + 0x48]: 0xaa00_5452, // 52:54:00:aa:00:01, and so on
  [BAR + 0x4c]: 0x8000_0100,
  [BAR + 0x50]: 0xaa00_5452,
  [BAR + 0x54]: 0x8000_0200,
  [BAR + 0x58]: 0xaa00_5452,
  [BAR + 0x5c]: 0x8000_0300,
});
const removed = card({
  [BAR + 0x40]: 0x0000_5452,
  [BAR + 0x44]: 0x8000_0100,
  [BAR + 0x48]: 0xaa00_5452, // in the table still, and no longer in use
  [BAR + 0x4c]: 0x0000_0100,
  [BAR + 0x50]: 0xaa00_5452,
  [BAR + 0x54]: 0x8000_0200,
});

testContract(
  nicModelContract({
    model: () => new SampleNicModel({ pollMs: 5000 }),
    // What can be read at all. Add what your card can be: VLANs, promiscuous, receiver off.
    cards: { 'a fresh card': fresh, 'a full card': full, 'a card of which a MAC was removed': removed },
    // What must be read. Add the states you know of a real card: what the guest was told to set, and what it gives.
    values: {
      'a fresh card': { device: fresh, currentMac: '52:54:00:00:00:01', unicast: [], vlans: 'unknown' },
      'a full card': {
        device: full,
        currentMac: '52:54:00:cc:00:01',
        unicast: ['52:54:00:aa:00:01', '52:54:00:aa:00:02', '52:54:00:aa:00:03'],
        vlans: 'unknown',
      },
      'a card of which a MAC was removed': {
        device: removed,
        currentMac: '52:54:00:00:00:01',
        unicast: ['52:54:00:aa:00:02'],
        vlans: 'unknown',
      },
    },
    notEnabled: {
      'a card that the guest has not set up': card({}, [{ ...region, address: undefined }]),
    },
  }),
  { describe, it },
);
