import type { HostService, NetworkLook, NetworkQuestion, NetworkWatch, Port } from '@nic-herald/core';
import { type LinkInfo, type Links, networkNamespace, openLinks } from '@nic-herald/linux-sys';
import { isAnother } from '../learner-error.js';
import { BridgeWatch } from './bridge-watch.js';
import { sightingsIn } from './sightings.js';

/** What can be set. */
export interface LinuxNetworkWatchOptions {
  /** False: who speaks from an address is not noticed, since that is done in the kernel. */
  readonly inKernel: boolean;
}

/**
 * Sees the networks of Linux bridges of this network namespace: where a MAC was learned, by the bridge's forwarding table, and
 * who speaks from an address at the bridge's other ports, by a program in the kernel. The table needs no privilege, the
 * program CAP_NET_RAW and CAP_BPF; without them no address is told.
 */
export class LinuxNetworkWatch implements NetworkWatch, HostService {
  readonly name = 'linux-bridge';
  private readonly bridges = new Map<number, BridgeWatch>();
  private links: Links | undefined;
  private isClosed = false;

  constructor(private readonly options: LinuxNetworkWatchOptions) {}

  /** `undefined` for a port that is in no Linux bridge of this namespace. Rejects with SystemCallError. */
  async look(port: Port, question: NetworkQuestion): Promise<NetworkLook | undefined> {
    const { addresses, signal } = question;
    signal.throwIfAborted();
    if (this.isClosed || isOfAnotherNamespace(port)) return undefined;
    this.links ??= openLinks();
    const { index, masterIndex } = bridged(port, this.links.find({ name: port.name })) ?? {};
    if (index === undefined || masterIndex === undefined) return undefined;
    const bridge = this.watchOf(masterIndex, this.links);
    const picture = await unlessAborted(bridge.look(index, addresses), signal);
    if (picture === undefined) return undefined;
    return {
      sightings: sightingsIn(picture, question, index, performance.now()),
      hostMacs: picture.hostMacs,
      hostAddresses: picture.hostAddresses,
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const bridges = [...this.bridges.values()];
    this.bridges.clear();
    await Promise.all(bridges.map((bridge) => bridge.close()));
    this.links?.close();
  }

  private watchOf(bridgeIndex: number, links: Links): BridgeWatch {
    const nowMs = performance.now();
    for (const [index, bridge] of this.bridges) {
      if (index === bridgeIndex || bridge.isWanted(nowMs)) continue;
      this.bridges.delete(index);
      void bridge.close();
    }
    const known = this.bridges.get(bridgeIndex);
    if (known !== undefined) return known;
    const made = new BridgeWatch(bridgeIndex, links, this.options.inKernel);
    this.bridges.set(bridgeIndex, made);
    return made;
  }
}

const isOfAnotherNamespace = ({ namespace }: Port): boolean =>
  namespace !== undefined && namespace !== networkNamespace();

/** The port's interface, where it is a bridge's port. */
const bridged = (port: Port, link: LinkInfo | undefined): LinkInfo | undefined =>
  link?.bridgePortState === undefined || isAnother(port, link) ? undefined : link;

const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
