export { LibvirtHandoff } from './libvirt-handoff.js';
export type { LibvirtHandoffOptions } from './libvirt-handoff-options.js';
export { libvirtHandoff, plugin } from './libvirt-handoff-plugin.js';
