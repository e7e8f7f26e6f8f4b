export { type ArpFrame, arpLength, decodeArp, encodeArp } from './arp.js';
export { DecodeError, type DecodeErrorCode, isDecodeError, type WireFormat } from './decode-error.js';
export { EncodeError } from './encode-error.js';
export {
  decodeEthernet,
  ETHERNET_MIN_LENGTH,
  type EthernetFrame,
  type EthernetHeader,
  EtherType,
  encodeEthernet,
  ethernetLength,
  type TagProtocol,
  VLAN_TAG_LENGTH,
  type VlanTag,
} from './ethernet.js';
export {
  decodeGratuitousArp,
  encodeGratuitousArp,
  type GratuitousArp,
  gratuitousArpLength,
} from './gratuitous-arp.js';
export { decodeIgmpQuery, encodeIgmpQuery, type IgmpQuery, igmpQueryLength } from './igmp-query.js';
export { encodeIgmpReport, type IgmpReport, igmpReportLength } from './igmp-report.js';
export { IpAddress } from './ip-address.js';
export { Ipv4Address } from './ipv4-address.js';
export { Ipv6Address } from './ipv6-address.js';
export { MacAddress } from './mac-address.js';
export { decodeMldQuery, encodeMldQuery, type MldQuery, mldQueryLength } from './mld-query.js';
export { encodeMldReport, type MldReport, mldReportLength } from './mld-report.js';
export { type MulticastReport, multicastReport } from './multicast-report.js';
export {
  decodeNeighbourAdvertisement,
  encodeNeighbourAdvertisement,
  type NeighbourAdvertisement,
  neighbourAdvertisementLength,
} from './neighbour-advertisement.js';
export {
  decodePcap,
  encodePcap,
  encodePcapHeader,
  encodePcapRecord,
  LINKTYPE_ETHERNET,
  PCAP_HEADER_LENGTH,
  PCAP_SNAP_LENGTH,
  type PcapFile,
  type PcapHeader,
  type PcapPrecision,
  type PcapRecord,
  pcapLength,
  pcapRecordLength,
} from './pcap.js';
export {
  decodeRarp,
  encodeRarp,
  type RarpFrame,
  rarpLength,
  rarpSeal,
  SEAL_LENGTH,
  sealRarp,
} from './rarp.js';
export {
  decodeRouterSolicitation,
  encodeRouterSolicitation,
  type RouterSolicitation,
  routerSolicitationLength,
} from './router-solicitation.js';
export { VlanId } from './vlan-id.js';
