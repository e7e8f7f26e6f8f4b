export { linuxPorts, plugin } from './linux-ports.js';
