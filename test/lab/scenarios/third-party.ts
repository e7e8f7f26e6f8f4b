import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import type { PackedPlugin } from '../packed-plugin.js';
import { stationCase } from '../station-case.js';

const plugin: PackedPlugin = { example: 'third-party-model', name: '@example/nic-herald-rtl8139' };
const model = '@example/rtl8139';

/** A card that nic-herald does not know, read by somebody else's plugin: installed from its tarball, loaded by name. */
export const thirdPartyScenarios: readonly LabCase[] = [
  stationCase({
    name: 'third-party-rtl8139-changed-mac',
    summary: 'the guest gave its card another MAC, which only the plugin can read',
    recipe: new GuestBuilder()
      .card('rtl8139')
      .changedMac('52:54:00:cc:00:01')
      .build('third-party-rtl8139-changed-mac'),
    darkWithQemuAlone: 1,
    mustReply: true,
    plugin,
    model,
  }),
  stationCase({
    name: 'third-party-rtl8139-8-macvlans',
    summary: 'the plugin tells that the card lists none of its MACs: they are learned',
    recipe: new GuestBuilder().card('rtl8139').macvlans(8).build('third-party-rtl8139-8-macvlans'),
    darkWithQemuAlone: 8,
    mustReply: true,
    plugin,
    model,
  }),
];
