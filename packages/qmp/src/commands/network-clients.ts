/** A network client as HMP `info network` prints it: `net0: index=0,type=tap,ifname=tapA,...`. */
interface NetworkClient {
  readonly name: string;
  /** `nic`, `tap`, `user`, `vhost-user`, `hubport`, ... */
  readonly type: string;
  /** What follows the type, as it stands. */
  readonly info: string;
}

/** A NIC and what it is plugged into. */
export interface NetworkNic {
  /** The net client's name: the device id, else `<model>.<number>`. What `query-rx-filter` calls it too. */
  readonly name: string;
  /** QOM type of the device: `virtio-net-pci`. */
  readonly model: string;
  /** The MAC it uses now. A guest may have changed it: the configured one is the device's `mac` property. */
  readonly currentMac: string;
  /** The netdev; absent where the NIC has none, or is on a hub. */
  readonly peer?: NetworkClient;
  /** The emulated hub the NIC is on, and its port there. */
  readonly hub?: { readonly number: string; readonly port: string };
}

const MAX_NICS = 1024;
const HUB = /^hub (\d+)$/;
const CLIENT = /^( \\ )?(?:([^\s:]+): )?([^\s:]+): index=(\d+),type=([^\s,]+),?(.*)$/;

/**
 * Reads the text of HMP `info network`. Further queues of a NIC (index 1 and up) and netdevs without a NIC are
 * left out, and so are lines it does not understand.
 */
export const parseNetworkClients = (text: string): readonly NetworkNic[] => {
  const nics: NetworkNic[] = [];
  let hub: string | undefined;
  let open = false; // the line before was a NIC's first queue: an indented one is its peer
  for (const line of text.split(/\r?\n/)) {
    const hubNumber = HUB.exec(line)?.[1];
    const [, indent, hubPort, name, index, type, info] = CLIENT.exec(line) ?? [];
    if (indent === undefined) hub = hubNumber;
    if (name === undefined || type === undefined || info === undefined) {
      open = false;
    } else if (type === 'nic') {
      open = index === '0' && nics.length < MAX_NICS;
      if (open)
        nics.push({
          name,
          ...nicInfo(info),
          ...(hubPort && hub ? { hub: { number: hub, port: hubPort } } : {}),
        });
      if (hubPort !== undefined) open = false;
    } else {
      const nic = nics.at(-1);
      if (open && indent !== undefined && nic) nics[nics.length - 1] = { ...nic, peer: { name, type, info } };
      open = false;
    }
  }
  return nics;
};

const nicInfo = (info: string): { model: string; currentMac: string } => ({
  model: field(info, 'model') ?? '',
  currentMac: field(info, 'macaddr') ?? '',
});

/** One `key=value` of a client's info; a value ends at the next comma. */
const field = (info: string, key: string): string | undefined =>
  info
    .split(',')
    .find((part) => part.startsWith(`${key}=`))
    ?.slice(key.length + 1);
