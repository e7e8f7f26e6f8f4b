import { E1000AnnounceHandler, type E1000Kind, E1000Model } from '@nic-herald/model-e1000';
import { IgbAnnounceHandler, IgbModel } from '@nic-herald/model-igb';
import { VirtioNetAnnounceHandler, VirtioNetModel } from '@nic-herald/model-virtio-net';
import {
  fakeDevice,
  loadRecording,
  nicModelContract,
  recordedDevice,
  testContract,
} from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { e1000Values } from './e1000-values.js';
import { igbValues } from './igb-values.js';
import { virtioNetValues } from './virtio-net-values.js';

const cardsOf = (...names: readonly string[]) =>
  Object.fromEntries(
    names.flatMap((name) =>
      (['source', 'destination'] as const).map((end) => [
        `${name}, ${end}`,
        () => recordedDevice(loadRecording(name), end),
      ]),
    ),
  );

const virtioNet = nicModelContract({
  model: () => new VirtioNetModel(),
  handler: () => new VirtioNetAnnounceHandler(),
  cards: cardsOf('virtio-macvlan-noga', 'virtio-vlan-noga', 'virtio-macvlan-over-vlan-noga', 'virtio-nested'),
  values: virtioNetValues,
});
describe('virtio-net', () => testContract(virtioNet, { describe, it }));

const igb = nicModelContract({
  model: () => new IgbModel(),
  handler: () => new IgbAnnounceHandler(),
  cards: {
    ...cardsOf('igb-macvlan', 'igb-vlan'),
    ...Object.fromEntries(Object.entries(igbValues).map(([name, { device }]) => [name, device])),
  },
  values: igbValues,
  notEnabled: {
    'a card whose registers are not mapped': () =>
      fakeDevice({ type: 'igb', regions: [{ bar: 0, kind: 'memory', size: 0x2_0000 }] }),
  },
});
describe('igb', () => testContract(igb, { describe, it }));

const recorded: Record<E1000Kind, readonly string[]> = {
  e1000: ['e1000-macvlan', 'e1000-vlan'],
  e1000e: ['e1000e-macvlan'],
};
describe.each(['e1000', 'e1000e'] as const)('%s', (kind) => {
  const unmapped = () => fakeDevice({ type: kind, regions: [{ bar: 0, kind: 'memory', size: 0x2_0000 }] });
  const suite = nicModelContract({
    model: () => new E1000Model(kind),
    handler: () => new E1000AnnounceHandler(kind),
    cards: cardsOf(...recorded[kind]),
    values: e1000Values[kind],
    notEnabled: { 'a card whose registers are not mapped': unmapped },
  });
  testContract(suite, { describe, it });
});
