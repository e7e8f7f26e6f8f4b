export { plugin, qemu } from './qemu.js';
export type { QemuOptions } from './qemu-options.js';
export { refuseLibvirtMonitor } from './sockets/libvirt-monitor.js';
