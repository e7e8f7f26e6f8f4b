import type { Candidate } from './announce-handler.js';

/** How the MACs of clusters of Microsoft's Network Load Balancing in unicast mode begin; the cluster's IPv4 address follows. */
const NLB_CLUSTER = '02:bf:';

/**
 * Why the MAC of an NLB cluster in unicast mode may not be announced: all nodes have it, and none sends from it, so that
 * switches flood what goes there. A switch that learns it gives one node the traffic of all. `undefined` for any other MAC.
 * (Microsoft, "Selecting the Unicast or Multicast Method of Distributing Incoming Requests".)
 */
export const nlbDenial = ({ station: { mac } }: Pick<Candidate, 'station'>): string | undefined =>
  mac.startsWith(NLB_CLUSTER)
    ? 'MACs of 02:bf are those of NLB clusters, which no switch may learn; allowNlb: true lets it pass'
    : undefined;
