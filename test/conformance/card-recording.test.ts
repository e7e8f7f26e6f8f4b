import {
  type DeviceInspector,
  type FilterView,
  type Guest,
  NIC_MODEL,
  type NicModel,
} from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { E1000Model } from '@nic-herald/model-e1000';
import { IgbModel } from '@nic-herald/model-igb';
import { VirtioNetModel } from '@nic-herald/model-virtio-net';
import {
  type FakeDeviceOptions,
  loadRecording,
  PlayedMonitor,
  recordedCard,
  recordedDevice,
} from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { Rtl8139Model } from '../../examples/third-party-model/src/index.js';

const signal = new AbortController().signal;

/** What a host of this model records of a guest that has the device. */
const recordingOf = async (device: DeviceInspector, model: NicModel | undefined) => {
  const monitor = new PlayedMonitor();
  await using host = await composeHost([
    monitor.plugin,
    {
      name: 'model',
      contract: 2,
      install: (registrar) => {
        if (model !== undefined) registrar.contribute(NIC_MODEL, { value: model });
      },
    },
  ]);
  const guest: Guest = {
    instance: 'one',
    identity: { name: 'web-1' },
    hypervisor: device.hypervisor,
    nics: () => Promise.resolve([device.nic]),
    inspect: () => device,
  };
  monitor.intake.appeared({ guest, phase: 'running' });
  return await host.record(guest);
};

const viewOf = async (model: NicModel, device: DeviceInspector): Promise<FilterView> =>
  model.filter(await model.capture(device, { signal }));

describe('a recording, as a file', () => {
  it.each<[string, () => NicModel]>([
    ['e1000-macvlan', () => new E1000Model('e1000')],
    ['e1000-vlan', () => new E1000Model('e1000')],
    ['e1000e-macvlan', () => new E1000Model('e1000e')],
    ['igb-macvlan', () => new IgbModel()],
    ['igb-vlan', () => new IgbModel()],
    ['virtio-macvlan-noga', () => new VirtioNetModel()],
    ['virtio-macvlan-over-vlan-noga', () => new VirtioNetModel()],
    ['virtio-vlan-noga', () => new VirtioNetModel()],
    ['rtl8139-macvlan', () => new Rtl8139Model()],
  ])('of %s is the same card to its model', async (name, newModel) => {
    for (const end of ['source', 'destination'] as const) {
      const model = newModel();
      const device = recordedDevice(loadRecording(name), end);
      const recording = await recordingOf(device, model);
      expect(recording).toMatchObject({ model: model.name, card: { type: device.nic.type } });
      expect(recording.problem).toBeUndefined();
      const view = await viewOf(model, device);
      const { multicast: _, ...shared } = view;
      expect(recording.read).toEqual(shared);
      const read = recordedCard(JSON.parse(JSON.stringify(recording)));
      expect(await viewOf(model, read)).toEqual(view);
    }
  });

  it('is what a fake device takes', async () => {
    const { card } = await recordingOf(recordedDevice(loadRecording('e1000-macvlan')), undefined);
    const options: FakeDeviceOptions = card;
    expect(options).toMatchObject({ type: 'e1000', memory: {} });
  });
});
