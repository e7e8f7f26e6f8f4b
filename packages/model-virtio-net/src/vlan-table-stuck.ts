/**
 * Whether this hypervisor has every VLAN of a virtio-net card enabled, whatever the guest sets: QEMU 10.0.1 to 10.0.3. Seen on
 * 10.0.2, and no longer on 10.0.13.
 */
export const fillsVlanTable = (hypervisor: { readonly name: string; readonly version: string }): boolean =>
  hypervisor.name.toLowerCase().startsWith('qemu') && /^10\.0\.[123](?!\d)/.test(hypervisor.version);
