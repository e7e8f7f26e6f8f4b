/** What libvirt writes for the virtio cards; the bus follows from the machine. */
const VIRTIO: Readonly<Record<string, string>> = {
  virtio: '',
  'virtio-transitional': '-transitional',
  'virtio-non-transitional': '-non-transitional',
};
/** Machines whose virtio cards are no PCI devices, by the beginning of their names. */
const BUSES: readonly (readonly [machine: RegExp, bus: string])[] = [
  [/^s390-ccw/, 'ccw'],
  [/^microvm/, 'device'],
];

/**
 * QEMU's type of a card that libvirt gives a guest: `virtio` of a PC is `virtio-net-pci`. The others have one name with
 * both (libvirt: qemu_command.c).
 */
export const qemuDeviceType = (model: string, machine: string): string => {
  const suffix = Object.hasOwn(VIRTIO, model) ? VIRTIO[model] : undefined;
  if (suffix === undefined) return model;
  const bus = BUSES.find(([pattern]) => pattern.test(machine))?.[1] ?? 'pci';
  return `virtio-net-${bus}${bus === 'pci' ? suffix : ''}`;
};
