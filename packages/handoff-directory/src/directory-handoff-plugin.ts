import {
  CLOCK,
  checkedOptions,
  HANDOFF_STORE,
  type HeraldPlugin,
  MIGRATION_EVENT_BUS,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { diagnoseDirectory } from './diagnose-directory.js';
import { DirectoryHandoff } from './directory-handoff.js';
import { type DirectoryHandoffOptions, directoryHandoffOptions } from './directory-handoff-options.js';

/**
 * The hand-off through a directory that all hosts see: a local one for hosts on one machine, shared storage
 * otherwise. Throws HERALD_HANDOFF_OPTION for an option out of its range.
 */
export const directoryHandoff = (options: DirectoryHandoffOptions): HeraldPlugin => {
  const settings = checkedOptions(directoryHandoffOptions, options, {
    code: 'HERALD_HANDOFF_OPTION',
    plugin: 'hand-off',
  });
  return {
    name: '@nic-herald/handoff-directory',
    contract: PLUGIN_CONTRACT,
    install(registrar) {
      registrar.contribute(HANDOFF_STORE, {
        factory: (resolver) =>
          new DirectoryHandoff(settings, resolver.get(CLOCK), resolver.get(MIGRATION_EVENT_BUS)),
      });
    },
    diagnose: ({ signal }) => diagnoseDirectory(settings, signal),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<DirectoryHandoffOptions> = Object.assign(directoryHandoff, {
  options: directoryHandoffOptions,
});
