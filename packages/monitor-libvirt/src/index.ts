export type { LibvirtMonitorOptions } from './libvirt-options.js';
export { libvirtMonitor, plugin } from './libvirt-plugin.js';
