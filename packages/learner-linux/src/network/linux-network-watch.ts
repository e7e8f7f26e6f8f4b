import type { HostService, NetworkLook, NetworkQuestion, NetworkWatch, Port } from '@nic-herald/core';
import { findLink, type LinkInfo, NetlinkSocket, networkNamespace } from '@nic-herald/linux-sys';
import { isAnother } from '../learner-error.js';
import type { BridgePicture } from './bridge-picture.js';
import { BridgeWatch } from './bridge-watch.js';
import { sightingsIn } from './sightings.js';

/** What can be set. */
export interface LinuxNetworkWatchOptions {
  /** False: who speaks from an address is not noticed, since that is done in the kernel. */
  readonly inKernel: boolean;
}

/** Most ports of which it is remembered in which bridge they were. */
const MAX_REMEMBERED = 4096;

/** A bridge's picture, and the number of the port in it that was asked about. */
type Seen = readonly [BridgePicture, number];

/**
 * Sees the networks of Linux bridges of this network namespace: where a MAC was learned, by the bridge's forwarding table, and
 * who speaks from an address at the bridge's other ports, by a program in the kernel. The table needs no privilege, the
 * program CAP_NET_RAW and CAP_BPF; without them no address is told.
 */
export class LinuxNetworkWatch implements NetworkWatch, HostService {
  readonly name = 'linux-bridge';
  private readonly bridges = new Map<number, BridgeWatch>();
  /** The bridge in which a port was found last, both by their numbers. */
  private readonly lastIn = new Map<number, number>();
  private isClosed = false;

  constructor(private readonly options: LinuxNetworkWatchOptions) {}

  /** `undefined` for a port that is in no Linux bridge of this namespace. Rejects with SystemCallError. */
  async look(port: Port, question: NetworkQuestion): Promise<NetworkLook | undefined> {
    question.signal.throwIfAborted();
    const [picture, index] = (await this.again(port, question)) ?? (await this.afresh(port, question)) ?? [];
    if (picture === undefined || index === undefined) return undefined;
    return {
      sightings: sightingsIn(picture, question, index, performance.now()),
      hostMacs: picture.hostMacs,
      hostAddresses: picture.hostAddresses,
    };
  }

  /** Where the picture of the bridge that a port was in before shows it there still, it need not be looked up. */
  private async again(port: Port, { addresses, signal }: NetworkQuestion): Promise<Seen | undefined> {
    const { index = -1 } = port;
    const bridge = this.bridges.get(this.lastIn.get(index) ?? -1);
    if (bridge === undefined || this.isClosed || isOfAnotherNamespace(port)) return undefined;
    const picture = await unlessAborted(bridge.look(index, addresses), signal);
    const link = picture?.ports.find((each) => each.index === index);
    if (picture !== undefined && link !== undefined && link.name === port.name && !isAnother(port, link)) {
      return [picture, index];
    }
    this.lastIn.delete(index);
    return undefined;
  }

  private async afresh(port: Port, { addresses, signal }: NetworkQuestion): Promise<Seen | undefined> {
    const link = this.bridgedLink(port);
    if (link === undefined) return undefined;
    if (this.lastIn.size >= MAX_REMEMBERED) this.lastIn.clear();
    this.lastIn.set(link.index, link.masterIndex);
    const picture = await unlessAborted(this.watchOf(link.masterIndex).look(link.index, addresses), signal);
    return picture && [picture, link.index];
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const bridges = [...this.bridges.values()];
    this.bridges.clear();
    await Promise.all(bridges.map((bridge) => bridge.close()));
  }

  private bridgedLink(port: Port): (LinkInfo & { readonly masterIndex: number }) | undefined {
    if (this.isClosed) return undefined;
    const netlink = new NetlinkSocket();
    try {
      if (isOfAnotherNamespace(port)) return undefined;
      const link = findLink(netlink, { name: port.name });
      if (link === undefined || isAnother(port, link) || link.bridgePortState === undefined) return undefined;
      const { masterIndex } = link;
      return masterIndex === undefined ? undefined : { ...link, masterIndex };
    } finally {
      netlink.close();
    }
  }

  private watchOf(bridgeIndex: number): BridgeWatch {
    const nowMs = performance.now();
    for (const [index, bridge] of this.bridges) {
      if (index === bridgeIndex || bridge.isWanted(nowMs)) continue;
      this.bridges.delete(index);
      void bridge.close();
    }
    const known = this.bridges.get(bridgeIndex);
    if (known !== undefined) return known;
    const made = new BridgeWatch(bridgeIndex, this.options.inKernel);
    this.bridges.set(bridgeIndex, made);
    return made;
  }
}

const isOfAnotherNamespace = ({ namespace }: Port): boolean =>
  namespace !== undefined && namespace !== networkNamespace();

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
