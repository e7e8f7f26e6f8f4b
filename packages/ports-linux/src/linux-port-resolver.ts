import {
  type CancelTimer,
  type Clock,
  type HostService,
  messageOf,
  type NicBackend,
  type Port,
  type PortAttachment,
  type PortResolution,
  type PortResolver,
} from '@nic-herald/core';
import {
  findLink,
  type HeldInterface,
  type LinkInfo,
  type Links,
  macvtapDevice,
  NetlinkSocket,
  networkNamespace,
  openLinks,
  tapBehind,
} from '@nic-herald/linux-sys';
import { cannotBeAsked } from './cannot-be-asked.js';
import { HeldBy } from './held-by.js';
import { OvsdbWatch } from './ovsdb/ovsdb-watch.js';
import { attachmentOf, mayBeInOpenVswitch, type OvsPlaces } from './port-attachment.js';
import { ShortTurns } from './short-turns.js';

/** How often ports that are watched are looked at, ms. */
const WATCH_MS = 500;
/** Netdevs that end in this host, but at no interface of it. */
const OTHER_KINDS: ReadonlySet<string> = new Set(['vhost-user', 'vhost-vdpa', 'af-xdp']);

/** Finds and proves ports by /proc and netlink, in the network namespace in which it was made. */
export class LinuxPortResolver implements PortResolver, HostService {
  private readonly held = new HeldBy();
  private readonly turns = new ShortTurns();
  private opened: { readonly links: Links; readonly netlink: NetlinkSocket } | undefined;
  private isClosed = false;

  private readonly openVswitch: OvsdbWatch;

  /** `ovsdb` is the socket of Open vSwitch's database, where there is one. */
  constructor(
    private readonly clock: Clock,
    ovsdb: string,
  ) {
    this.openVswitch = new OvsdbWatch(ovsdb, clock);
  }

  async resolve(backend: NicBackend): Promise<PortResolution> {
    const { type, name } = backend;
    if (OTHER_KINDS.has(type)) return { port: { kind: type, name } };
    if (type !== 'tap' && type !== 'bridge') {
      return { problem: `netdev ${name} is of type ${type}, which ends at no port of this host` };
    }
    const found = await this.held.find(backend);
    if ('problem' in found) return found;
    try {
      const { links } = this.kernel;
      const all = await links.all();
      const { chosen } = found;
      const link = links.find(selectorOf(chosen));
      if (link !== undefined && mayBeInOpenVswitch(links, link)) await this.openVswitch.ready();
      const host = { links, all, openVswitch: this.openVswitch };
      return await this.turns.run(() => prove(host, chosen, backend.holder?.pid ?? 0));
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
    this.openVswitch.close();
    this.opened?.links.close();
    this.opened?.netlink.close();
    this.opened = undefined;
  }

  private get kernel(): NonNullable<typeof this.opened> {
    if (this.isClosed) throw new TypeError('the ports are looked at after their resolver was closed');
    this.opened ??= { links: openLinks(), netlink: new NetlinkSocket() };
    return this.opened;
  }

  /** What is there where the port is as it was resolved: it may have changed since. */
  private printOf(port: Port): string {
    const { index, name, attachment } = port;
    if (index === undefined) return '';
    try {
      const now = this.lookAt(index);
      const isSame =
        now?.link.name === name &&
        now.attachment.network === attachment?.network &&
        now.attachment.forwards === attachment?.forwards &&
        madeOf(now.attachment) === madeOf(attachment);
      return isSame ? printOfLook(now) : 'as it was resolved';
    } catch {
      return '';
    }
  }

  /** What changes where a port is no longer the same. */
  private print({ index }: Port): string {
    if (index === undefined) return '';
    try {
      return printOfLook(this.lookAt(index));
    } catch {
      return ''; // what cannot be looked at now is no change
    }
  }

  /** A port as it is now. Throws SystemCallError. */
  private lookAt(index: number): Look | undefined {
    const { links, netlink } = this.kernel;
    const link = findLink(netlink, { index }); // not by `Links`: a carrier is watched
    return link && { link, attachment: attachmentOf(links, link, [], this.openVswitch) };
  }
}

/** A port at one moment. */
interface Look {
  readonly link: LinkInfo;
  readonly attachment: PortAttachment;
}

/** What a port is found in. */
interface HostView {
  readonly links: Links;
  /** The interfaces of a moment ago. */
  readonly all: readonly LinkInfo[];
  readonly openVswitch: OvsPlaces;
}

const selectorOf = (chosen: HeldInterface): { readonly name: string } | { readonly index: number } =>
  chosen.kind === 'tap' ? { name: chosen.name } : { index: chosen.index };

/** Throws what the system says. */
const prove = ({ links, all, openVswitch }: HostView, chosen: HeldInterface, pid: number): PortResolution => {
  const what = chosen.kind === 'tap' ? chosen.name : `macvtap number ${chosen.index}`;
  const namespace = networkNamespace();
  const theirs = namespaceOf(chosen, pid);
  if (theirs === undefined)
    return { problem: `${what} was put in the place of another while it was looked at` };
  if (theirs !== namespace) {
    return { problem: `${what} is in another network namespace (${theirs}): run nic-herald in that one` };
  }
  const link = links.find(selectorOf(chosen));
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
  const attachment = attachmentOf(links, link, all, openVswitch);
  return { port: { kind: chosen.kind, name, namespace, index, attachment } };
};

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

/** What is watched of a port, as text. */
const printOfLook = (look: Look | undefined): string => {
  if (look === undefined) return 'gone';
  const { name, masterIndex = '', bridgePortState = '', up, carrier } = look.link;
  return `${name} ${masterIndex} ${bridgePortState} ${up} ${carrier} ${madeOf(look.attachment)}`;
};

/** Of its switch, what is watched of a port. */
const madeOf = ({ carries, opensOn, receives, switch: within }: PortAttachment = {}): string =>
  [within, opensOn, receives, ...(carries === undefined ? [] : [carries.untagged, ...carries.tagged])].join(
    ' ',
  );
