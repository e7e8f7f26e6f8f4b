import { GUEST_MONITOR, type HeraldPlugin, PLUGIN_CONTRACT, type PluginFactory } from '@nic-herald/core';
import { diagnoseSockets } from './diagnose/diagnose-sockets.js';
import { QemuMonitor } from './qemu-monitor.js';
import { QEMU_SETTINGS, type QemuOptions, qemuOptions, qemuSettings } from './qemu-options.js';

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
    diagnose: () => diagnoseSockets(settings.sockets),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<QemuOptions> = Object.assign(qemu, { options: qemuOptions });
