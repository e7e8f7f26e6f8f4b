export { linuxPorts, plugin } from './linux-ports.js';
export type { LinuxPortsOptions } from './linux-ports-options.js';
