import {
  type CancelTimer,
  type Clock,
  type HostService,
  messageOf,
  type NicBackend,
  type Port,
  type PortResolution,
  type PortResolver,
} from '@nic-herald/core';
import {
  findLink,
  type HeldInterface,
  type LinkInfo,
  macvtapDevice,
  NetlinkSocket,
  networkNamespace,
  tapBehind,
} from '@nic-herald/linux-sys';
import { attachmentOf, uplinksOf } from './bridge-attachment.js';
import { cannotBeAsked } from './cannot-be-asked.js';
import { HeldBy } from './held-by.js';
import { ShortTurns } from './short-turns.js';

/** How often ports that are watched are looked at, ms. */
const WATCH_MS = 500;
/** How long the uplinks of a bridge are believed, ms: to list them reads all its ports. */
const UPLINKS_MS = 5000;
/** Netdevs that end in this host, but at no interface of it. */
const OTHER_KINDS: ReadonlySet<string> = new Set(['vhost-user', 'vhost-vdpa', 'af-xdp']);

/** Finds and proves ports by /proc and netlink, in the network namespace in which it was made. */
export class LinuxPortResolver implements PortResolver, HostService {
  private readonly held = new HeldBy();
  private readonly turns = new ShortTurns();
  private readonly uplinks = new Map<number, { readonly at: number; readonly names: readonly string[] }>();
  private opened: NetlinkSocket | undefined;
  private isClosed = false;

  constructor(private readonly clock: Clock) {}

  async resolve(backend: NicBackend): Promise<PortResolution> {
    const { type, name } = backend;
    if (OTHER_KINDS.has(type)) return { port: { kind: type, name } };
    if (type !== 'tap' && type !== 'bridge') {
      return { problem: `netdev ${name} is of type ${type}, which ends at no port of this host` };
    }
    const found = await this.held.find(backend);
    if ('problem' in found) return found;
    try {
      return await this.turns.run(() => this.prove(found.chosen, backend.holder?.pid ?? 0));
    } catch (error) {
      return { problem: `the interface of netdev ${name} cannot be looked at: ${messageOf(error)}` };
    }
  }

  watch(ports: readonly Port[], onChange: () => void): () => void {
    const each = [...new Map(ports.map((port) => [port.index, port])).values()];
    const before = each.map((port) => this.printOf(port));
    let cancel: CancelTimer = () => {};
    const look = (): void => {
      if (each.some((port, index) => this.print(port) !== before[index])) onChange();
      else cancel = this.clock.setTimer(WATCH_MS, look);
    };
    if (each.length > 0) cancel = this.clock.setTimer(WATCH_MS, look);
    return () => cancel();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.opened?.close();
    this.opened = undefined;
  }

  private get netlink(): NetlinkSocket {
    if (this.isClosed) throw new TypeError('the ports are looked at after their resolver was closed');
    this.opened ??= new NetlinkSocket();
    return this.opened;
  }

  /** What is there where the port is as it was resolved: it may have changed since. */
  private printOf(port: Port): string {
    const { index, name, attachment } = port;
    if (index === undefined) return '';
    let print = '';
    try {
      const link = findLink(this.netlink, { index });
      print = printOfLink(link);
      const now = link && this.attachmentOf(link);
      const isSame =
        link?.name === name && now?.network === attachment?.network && now?.forwards === attachment?.forwards;
      return isSame ? print : 'as it was resolved';
    } catch {
      return print;
    }
  }

  /** What changes where a port is no longer the same. */
  private print({ index }: Port): string {
    if (index === undefined) return '';
    try {
      return printOfLink(findLink(this.netlink, { index }));
    } catch {
      return ''; // what cannot be looked at now is no change
    }
  }

  private prove(chosen: HeldInterface, pid: number): PortResolution {
    const what = chosen.kind === 'tap' ? chosen.name : `macvtap number ${chosen.index}`;
    const namespace = networkNamespace();
    const theirs = namespaceOf(chosen, pid);
    if (theirs === undefined)
      return { problem: `${what} was put in the place of another while it was looked at` };
    if (theirs !== namespace) {
      return { problem: `${what} is in another network namespace (${theirs}): run nic-herald in that one` };
    }
    const link = findLink(
      this.netlink,
      chosen.kind === 'tap' ? { name: chosen.name } : { index: chosen.index },
    );
    const wanted = chosen.kind === 'tap' ? 'tun' : 'macvtap';
    if (link?.kind !== wanted) {
      return {
        problem: `${what} is ${link === undefined ? 'not there' : `no ${chosen.kind}`} in this network namespace`,
      };
    }
    const { index, name } = link;
    if (chosen.kind === 'macvtap' && macvtapDevice(index) !== chosen.device) {
      return {
        problem: `what is open as /dev/tap${index} is not that macvtap, by what /sys/class/macvtap tells`,
      };
    }
    return {
      port: {
        kind: chosen.kind,
        name,
        namespace,
        index,
        attachment: this.attachmentOf(link),
      },
    };
  }

  private attachmentOf(link: LinkInfo) {
    return attachmentOf(this.netlink, link, (bridge) => {
      const now = this.clock.elapsed();
      const known = this.uplinks.get(bridge);
      if (known !== undefined && now - known.at < UPLINKS_MS) return known.names;
      const names = uplinksOf(this.netlink, bridge);
      for (const [index, { at }] of this.uplinks) if (now - at >= UPLINKS_MS) this.uplinks.delete(index);
      this.uplinks.set(bridge, { at: now, names });
      return names;
    });
  }
}

/** By the descriptor itself where the kernel lets us look, else by where its process is. `undefined` where it is no longer that. */
const namespaceOf = (chosen: HeldInterface, pid: number): string | undefined => {
  if (chosen.kind === 'tap') {
    try {
      const tap = tapBehind(pid, chosen.fd);
      return tap?.name === chosen.name ? tap.namespace : undefined;
    } catch (error) {
      if (!cannotBeAsked(error)) return undefined;
    }
  }
  return networkNamespace(pid);
};

/** What is watched of an interface, as text. */
const printOfLink = (link: LinkInfo | undefined): string =>
  link === undefined
    ? 'gone'
    : `${link.name} ${link.masterIndex ?? ''} ${link.bridgePortState ?? ''} ${link.up} ${link.carrier}`;
