import {
  ANNOUNCEMENT_KIND,
  type Announcement,
  type AnnouncementKind,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { type EthernetHeader, encodeEthernet, ethernetLength, MacAddress } from '@nic-herald/wire';

const BROADCAST = MacAddress.of('ff:ff:ff:ff:ff:ff');
/** An LLC header to and from nobody (null LSAP), XID response, and its three bytes of information (802.2 clause 5.4.1.1.2). */
const XID = [0x00, 0x01, 0xaf, 0x81, 0x01, 0x00];
const MIN_PAYLOAD = 46;

const headerOf = ({ station: { mac, vlan } }: Announcement): EthernetHeader => ({
  destination: BROADCAST,
  source: mac,
  tags: vlan === undefined ? [] : [{ protocol: 0x8100, id: vlan, priority: 0, dropEligible: false }],
  etherType: XID.length, // below 0x0600 it is the length of an 802.3 frame
});

/**
 * The "layer 2 update" of IEEE 802.11F, by which access points tell switches where a station roamed to: neither RARP
 * nor ARP, so filters on those let it pass. It moves a MAC and claims nothing.
 */
const layer2Update: AnnouncementKind = {
  name: 'layer-2-update',
  announces: 'station',
  frameLength: (announcement) => ethernetLength(headerOf(announcement)) + MIN_PAYLOAD,
  encode: (announcement, out, offset) => {
    const payload = offset + encodeEthernet(headerOf(announcement), out, offset);
    out.fill(0, payload, payload + MIN_PAYLOAD);
    out.set(XID, payload);
    return payload + MIN_PAYLOAD - offset;
  },
};

/** What `plugins:` in herald.yaml looks for. It only brings the kind; `announce.kinds` chooses it. */
export const plugin: PluginFactory<void> = () => ({
  name: '@example/nic-herald-layer-2-update',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => registrar.contribute(ANNOUNCEMENT_KIND, { value: layer2Update }),
});
