import type { AnyToken, MultiToken, Token } from '../di/injection.js';
import type { Provider } from '../di/scope.js';
import type { DiagnoseContext, Finding } from './finding.js';

/** The version of the contract between plugins and the host. Checked first; both numbers stand in the error. */
export const PLUGIN_CONTRACT = 2;

/** What a plugin may do while it is installed, and only then. */
export interface PluginRegistrar {
  /** Provides the host's one implementation of a token. A second one is an error that names both plugins. */
  provide<T>(of: Token<T>, provider: Provider<T>): void;
  /** Adds one of many. */
  contribute<T>(of: MultiToken<T>, provider: Provider<T>): void;
}

/**
 * A plugin: a value that says what it brings. Made by a factory with options; nothing happens on import, and
 * nothing is constructed by `install`.
 */
export interface HeraldPlugin {
  /** The npm name, unique on a host; it stands in every error. */
  readonly name: string;
  readonly contract: typeof PLUGIN_CONTRACT;
  /** Tokens somebody else must provide; checked before anything is constructed. */
  readonly requires?: readonly AnyToken[];
  /** Synchronous; the registrar is dead afterwards. */
  install(registrar: PluginRegistrar): void;
  /**
   * Looks whether the plugin could do its work on this machine, with the options it was made with; `nic-herald
   * doctor` asks. Without a host and without `install`, often beside an agent that runs: it disturbs none, and leaves
   * nothing behind. What it throws is told as a problem.
   */
  diagnose?(context: DiagnoseContext): Promise<readonly Finding[]>;
}
