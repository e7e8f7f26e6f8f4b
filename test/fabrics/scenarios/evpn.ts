import { evpnCase } from '../evpn-case.js';
import type { FabricCase } from '../fabric-case.js';

const cells = [false, true].flatMap((acceptsGratuitous) =>
  [true, false].map((suppressesNeighbours) => ({ acceptsGratuitous, suppressesNeighbours })),
);

/** A guest behind a Linux leaf of an EVPN fabric (FRR), and a client that is routed to it. */
export const evpnCases: readonly FabricCase[] = [
  ...cells.map(({ acceptsGratuitous, suppressesNeighbours }) => {
    const accepts = Number(acceptsGratuitous);
    const suppresses = suppressesNeighbours ? 'on' : 'off';
    return evpnCase({
      name: `evpn-arp-accept-${accepts}-suppress-${suppresses}`,
      summary: `between two leaves with arp_accept=${accepts} and neigh_suppress ${suppresses}, IPv4 and IPv6`,
      inCi: !acceptsGratuitous && suppressesNeighbours,
      moves: 1,
      acceptsGratuitous,
      suppressesNeighbours,
    });
  }),
  evpnCase({
    name: 'evpn-five-moves',
    summary: 'five moves in a row: each counts as one, and from the fourth on it is warned of',
    inCi: false,
    moves: 5,
    acceptsGratuitous: false,
    suppressesNeighbours: true,
  }),
  evpnCase({
    name: 'evpn-five-moves-freeze',
    summary:
      'the same where leaves freeze what they take for a duplicate: the fifth cuts the guest off, and was warned of',
    inCi: false,
    moves: 5,
    acceptsGratuitous: false,
    suppressesNeighbours: true,
    freezesDuplicates: true,
  }),
];
