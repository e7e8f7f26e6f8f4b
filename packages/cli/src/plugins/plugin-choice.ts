import type { BuiltIn } from '../agent/built-ins.js';

/** A plugin that is to be loaded, and why. */
export interface PluginChoice {
  /** The npm name or the path, as written. */
  readonly use: string;
  /** Absent: a plugin of others. */
  readonly builtIn?: BuiltIn;
  /** `always`, or what takes it: `--qmp`, `handoff.directory (herald.yaml:24)`, `plugins.2 (herald.yaml:7)`. */
  readonly because: string;
  /** Its options; `undefined` where none is given. */
  readonly given: unknown;
  /** Begins an error: what names the plugin or, by the keys that lead to it, one of its options. */
  readonly placeOf: (path?: readonly PropertyKey[]) => string;
}

/** A plugin that would be there if herald.yaml did not leave it out. */
export interface LeftOutPlugin {
  readonly plugin: string;
  readonly because: string;
}

/** What an agent is to be composed of, besides what the command itself brings. */
export interface PluginChoices {
  readonly taken: readonly PluginChoice[];
  readonly leftOut: readonly LeftOutPlugin[];
}
