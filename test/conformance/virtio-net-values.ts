import { type ContractValues, fakeDevice } from '@nic-herald/testkit';
import { recordedValues } from './recorded-values.js';

const full = Array.from({ length: 64 }, (_, n) => `52:54:00:aa:00:${n.toString(16).padStart(2, '0')}`);

/** One entry of `query-rx-filter`, in the form of QEMU 7.2.22. */
const report = (over: object) => ({
  name: 'nic0',
  'main-mac': '52:54:00:cc:00:01',
  promiscuous: false,
  unicast: 'normal',
  'unicast-overflow': false,
  'unicast-table': [],
  multicast: 'normal',
  'multicast-overflow': false,
  'multicast-table': ['33:33:00:00:00:01'],
  'broadcast-allowed': false,
  vlan: 'normal',
  'vlan-table': [0],
  ...over,
});
const card = (over: object) => () => fakeDevice({ type: 'virtio-net-pci', receiveFilter: report(over) });

/** What virtio-net cards hold: recorded ones as the probes found them, and those that no recording has. */
export const virtioNetValues: ContractValues = {
  'eight macvlans': recordedValues('virtio-macvlan-noga'),
  'eight macvlans that were migrated': recordedValues('virtio-macvlan-noga', {}, 'destination'),
  'four VLANs': recordedValues('virtio-vlan-noga'),
  'macvlans over VLANs': recordedValues('virtio-macvlan-over-vlan-noga'),
  'a bridge inside the guest': recordedValues('virtio-nested', {
    unicast: [],
    vlans: [1], // that of Linux's bridges, where nobody chose another
    incomplete: ['promiscuous'],
  }),
  'another own MAC and 64 others': {
    device: card({ 'unicast-table': full, 'multicast-table': [] }),
    currentMac: '52:54:00:cc:00:01',
    unicast: full,
    vlans: [],
    incomplete: [],
  },
  'the first and the last VLAN': {
    device: card({ 'vlan-table': [0, 1, 4094, 4095] }),
    currentMac: '52:54:00:cc:00:01',
    unicast: [],
    vlans: [1, 4094],
    incomplete: [],
  },
  'no VLAN filter': {
    device: card({ vlan: 'all', 'vlan-table': Array.from({ length: 4096 }, (_, vid) => vid) }),
    currentMac: '52:54:00:cc:00:01',
    unicast: [],
    vlans: 'unknown',
    incomplete: ['vlan-unfiltered'],
  },
};
