// @ts-check
/** @import { HeraldPlugin, PluginFactory } from '@nic-herald/core' */
import { NIC_MODEL, PLUGIN_CONTRACT } from '@nic-herald/core';
import * as z from 'zod';
import { SampleNicModel } from './sample-nic-model.js';

/** What herald.yaml may give under `with:`. Any Standard Schema will do; without one there are no options. */
const options = z.strictObject({
  /** How often the card is read, ms. */
  pollMs: z.int().min(100).max(60_000).default(5000),
});

/**
 * What nic-herald loads by name.
 *
 * @type {PluginFactory<z.infer<typeof options>>}
 */
export const plugin = Object.assign(
  /** @param {z.infer<typeof options>} given @returns {HeraldPlugin} */
  ({ pollMs }) => ({
    name: 'sample-nic-package',
    contract: PLUGIN_CONTRACT,
    install: (registrar) =>
      registrar.contribute(NIC_MODEL, { factory: () => new SampleNicModel({ pollMs }) }),
  }),
  { options },
);

export { SampleNicModel };
