export { plugin, qemu } from './qemu.js';
export type { QemuOptions } from './qemu-options.js';
