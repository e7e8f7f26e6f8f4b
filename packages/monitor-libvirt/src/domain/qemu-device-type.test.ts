import { expect, it } from 'vitest';
import { qemuDeviceType } from './qemu-device-type.js';

it.each<[string, string, string]>([
  ['constructor', 'pc-q35-7.2', 'constructor'],
  ['', '', ''],
  ['virtio', '', 'virtio-net-pci'],
  ['virtio', 'pc-q35-7.2', 'virtio-net-pci'],
  ['virtio', 'virt-7.2', 'virtio-net-pci'],
  ['virtio', 's390-ccw-virtio-7.2', 'virtio-net-ccw'],
  ['virtio', 'microvm', 'virtio-net-device'],
  ['virtio-transitional', 'pc-q35-7.2', 'virtio-net-pci-transitional'],
  ['virtio-non-transitional', 'pc-q35-7.2', 'virtio-net-pci-non-transitional'],
  ['e1000', 'pc-q35-7.2', 'e1000'],
  ['igb', 'pc-q35-7.2', 'igb'],
])('qemuDeviceType: model %j of machine %j is %j', (model, machine, type) => {
  expect(qemuDeviceType(model, machine)).toBe(type);
});
