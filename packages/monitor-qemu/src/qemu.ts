import { GUEST_MONITOR, type HeraldPlugin, PLUGIN_CONTRACT } from '@nic-herald/core';
import { QemuMonitor } from './qemu-monitor.js';
import { QEMU_SETTINGS, type QemuOptions, qemuSettings } from './qemu-options.js';

/** The plugin that watches QEMU guests over QMP. Throws HERALD_QEMU_OPTIONS at options it cannot use. */
export const qemu = (options: QemuOptions): HeraldPlugin => {
  const settings = qemuSettings(options);
  return {
    name: '@nic-herald/monitor-qemu',
    contract: PLUGIN_CONTRACT,
    install(registrar) {
      registrar.provide(QEMU_SETTINGS, { value: settings });
      registrar.contribute(GUEST_MONITOR, { class: QemuMonitor });
    },
  };
};
