// Copied into the new package in place of its own test: values of the card it was filled in for.
import { describe, it } from 'node:test';
import { fakeDevice, nicModelContract, testContract } from '@nic-herald/testkit';
import { AcmeNicModel } from 'acme-nic';

const BAR = 0xfebf_1000;
const card = (low, high) => () =>
  fakeDevice({
    type: 'rtl8139',
    regions: [
      { bar: 0, kind: 'io', address: 0xc000, size: 0x100 },
      { bar: 1, kind: 'memory', address: BAR, size: 0x100 },
    ],
    memory: { [BAR]: low, [BAR + 4]: high, [BAR + 8]: 0xee00_5452, [BAR + 12]: 0x0100 },
  });
const changed = card(0x0000_aa02, 0x0700);

testContract(
  nicModelContract({
    model: () => new AcmeNicModel({ pollMs: 5000 }),
    cards: { 'a card whose MAC the guest changed': changed },
    values: {
      'a card whose MAC the guest changed': {
        device: changed,
        currentMac: '02:aa:00:00:00:07',
        unicast: [],
        vlans: 'unknown',
      },
    },
  }),
  { describe, it },
);
