// The contract that every NIC model keeps, hostile cases included: npm test
import { describe, it } from 'node:test';
import { fakeDevice, nicModelContract, testContract } from '@nic-herald/testkit';
import { SampleNicModel } from '../src/index.js';

const registers = 0xfebc_0000;
const card = (memory) => () =>
  fakeDevice({
    type: 'sample-nic-type',
    primaryMac: '52:54:00:00:00:01',
    regions: [{ bar: 1, kind: 'memory', address: registers, size: 0x100 }],
    memory,
  });

testContract(
  nicModelContract({
    model: () => new SampleNicModel({ pollMs: 5000 }),
    // Add what your card can be: many MACs, VLANs, promiscuous.
    cards: {
      'a fresh card': card({ [registers]: 0x0000_5452, [registers + 4]: 0x0000_0100 }),
      'a card whose MAC the guest changed': card({ [registers]: 0x0000_0002, [registers + 4]: 0x0000_ab00 }),
      'a card that the guest has not set up': card({}),
    },
  }),
  { describe, it },
);
