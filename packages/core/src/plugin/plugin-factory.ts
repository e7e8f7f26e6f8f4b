import type { HeraldPlugin } from './herald-plugin.js';
import type { OptionsSchema } from './plugin-options.js';

/**
 * What the module of a plugin exports under the name `plugin`, so that a configuration file can name it:
 *
 * ```ts
 * export const plugin: PluginFactory<AcmeOptions> = Object.assign(acmeNic, { options: acmeOptionsSchema });
 * ```
 */
export interface PluginFactory<Options = unknown> {
  /** Makes the plugin at once; opens nothing. */
  (options: Options): HeraldPlugin;
  /**
   * Checks what the configuration gives, `{}` where it gives nothing: any Standard Schema validator (zod,
   * valibot, arktype). Absent: the plugin takes no options, and giving it some is an error.
   */
  readonly options?: OptionsSchema<Options>;
}
