/** One registration of a plugin. */
export interface RegistrationDescription {
  /** The token's name: `core/nic-model`. */
  readonly token: string;
  readonly cardinality: 'one' | 'many';
  /** What was made: its own `name` where it has one, else its class. */
  readonly implementation: string;
  /** How long construction took, ms. */
  readonly constructMs: number;
  /** How long `start` took, ms; absent where there is none. */
  readonly startMs?: number;
}

/** One plugin and what it brought. */
export interface PluginDescription {
  readonly plugin: string;
  readonly contract: number;
  readonly registrations: readonly RegistrationDescription[];
}

/** What a host is made of; JSON as it stands. */
export interface HostDescription {
  readonly host: string;
  readonly plugins: readonly PluginDescription[];
}
