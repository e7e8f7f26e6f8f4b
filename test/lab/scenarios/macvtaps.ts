import { type Card, GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import type { MacvtapMode } from '../qemu-process.js';
import { stationCase } from '../station-case.js';

const guest = (card: Card, mode: MacvtapMode): GuestBuilder => new GuestBuilder().card(card).macvtap(mode);

/** A guest straight on the host's card: in mode `bridge` it is handed frames for its configured MAC alone, on any VLAN. */
export const macvtapScenarios: readonly LabCase[] = (['virtio', 'e1000'] as const).flatMap((card) => [
  stationCase({
    name: `macvtap-passthru-${card}`,
    summary: `four secondary MACs of ${card === 'virtio' ? 'a' : 'an'} ${card} on a macvtap that has the host's card to itself`,
    recipe: guest(card, 'passthru').macvlans(4).build(`macvtap-passthru-${card}`),
    darkWithQemuAlone: 4,
    mustReply: true,
  }),
  stationCase({
    name: `macvtap-bridge-${card}`,
    summary: `the primary MAC on four VLANs on a macvtap that shares the host's card, ${card}`,
    recipe: guest(card, 'bridge').vlans(10, 20, 300, 4000).build(`macvtap-bridge-${card}`),
    darkWithQemuAlone: 4,
    // QEMU before 8.2 does not migrate the VLAN table of a virtio card.
    mustReply: card !== 'virtio',
    filtersVlans: card === 'virtio',
  }),
]);
