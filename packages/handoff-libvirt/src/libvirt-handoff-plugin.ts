import {
  CLOCK,
  checkedOptions,
  HANDOFF_STORE,
  type HeraldPlugin,
  MIGRATION_EVENT_BUS,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { diagnoseLibvirt } from './diagnose-libvirt.js';
import { LibvirtHandoff } from './libvirt-handoff.js';
import { type LibvirtHandoffOptions, libvirtHandoffOptions } from './libvirt-handoff-options.js';

/**
 * The hand-off by the metadata of libvirt's domains, which travels with every migration of libvirt: nothing is shared
 * between hosts. Throws HERALD_HANDOFF_OPTION for an option out of its range.
 */
export const libvirtHandoff = (options: LibvirtHandoffOptions = {}): HeraldPlugin => {
  const settings = checkedOptions(libvirtHandoffOptions, options, {
    code: 'HERALD_HANDOFF_OPTION',
    plugin: 'hand-off by libvirt',
  });
  return {
    name: '@nic-herald/handoff-libvirt',
    contract: PLUGIN_CONTRACT,
    install(registrar) {
      registrar.contribute(HANDOFF_STORE, {
        factory: (resolver) =>
          new LibvirtHandoff(settings, resolver.get(CLOCK), resolver.get(MIGRATION_EVENT_BUS)),
      });
    },
    diagnose: ({ signal }) => diagnoseLibvirt(settings, signal),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<LibvirtHandoffOptions> = Object.assign(libvirtHandoff, {
  options: libvirtHandoffOptions,
});
