import { GUEST_MONITOR, type HeraldPlugin, PLUGIN_CONTRACT, type PluginFactory } from '@nic-herald/core';
import { diagnoseLibvirt } from './diagnose/diagnose-libvirt.js';
import { LibvirtMonitor } from './libvirt-monitor.js';
import {
  LIBVIRT_MONITOR_SETTINGS,
  type LibvirtMonitorOptions,
  libvirtMonitorOptions,
  libvirtMonitorSettings,
} from './libvirt-options.js';

/** The plugin that watches the domains of libvirt. Throws HERALD_LIBVIRT_OPTIONS at options it cannot use. */
export const libvirtMonitor = (options: LibvirtMonitorOptions = {}): HeraldPlugin => {
  const settings = libvirtMonitorSettings(options);
  return {
    name: '@nic-herald/monitor-libvirt',
    contract: PLUGIN_CONTRACT,
    install(registrar) {
      registrar.provide(LIBVIRT_MONITOR_SETTINGS, { value: settings });
      registrar.contribute(GUEST_MONITOR, { class: LibvirtMonitor });
    },
    diagnose: ({ signal }) => diagnoseLibvirt(settings, signal),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<LibvirtMonitorOptions> = Object.assign(libvirtMonitor, {
  options: libvirtMonitorOptions,
});
