import { Ipv6Address } from '@nic-herald/wire';

// Frames as guests send them, in hexadecimal and byte by byte: what the learner is told must not come from the
// encoders whose frames it is to tell apart.

/** A tag: its EtherType and its 16 bits of control information. */
export type Tag = readonly [type: number, tci: number];

export const C_TAG = 0x8100;
export const S_TAG = 0x88a8;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

export const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const macHex = (mac: string): string => mac.replaceAll(':', '');
const bytesHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const ipHex = (text: string): string => {
  const isIpv6 = text.includes(':');
  const bytes = new Uint8Array(isIpv6 ? 16 : 4);
  if (isIpv6) Ipv6Address.write(Ipv6Address.of(text), bytes, 0);
  else bytes.set(text.split('.').map(Number));
  return bytesHex(bytes);
};

/** A frame with tags from the outermost on. Short ones are padded to 60 bytes, as a card does. */
export const ethernet = (
  source: string,
  etherType: number,
  payload: string,
  tags: readonly Tag[] = [],
  destination = BROADCAST,
): string => {
  const words = tags.map(([type, tci]) => hex(type, 4) + hex(tci, 4)).join('');
  return (macHex(destination) + macHex(source) + words + hex(etherType, 4) + payload).padEnd(120, '0');
};

/** An ARP, from and of `mac` unless said otherwise. */
export interface ArpFields {
  readonly mac: string;
  readonly operation: number;
  readonly senderIp: string;
  readonly targetIp: string;
  readonly senderMac?: string;
  /** Hardware type, protocol type and both lengths. */
  readonly kind?: string;
  readonly tags?: readonly Tag[];
}

export const arp = (fields: ArpFields): string => {
  const { mac, operation, senderIp, targetIp, senderMac = mac, kind = '000108000604', tags = [] } = fields;
  const target = '000000000000';
  const payload = `${kind}${hex(operation, 4)}${macHex(senderMac)}${ipHex(senderIp)}${target}${ipHex(targetIp)}`;
  return ethernet(mac, 0x0806, payload, tags);
};

/** An ICMPv6 message of one type, behind an IPv6 header. Checksums are left out: cards compute them. */
export interface Icmpv6Fields {
  readonly mac: string;
  readonly sourceIp: string;
  readonly type: number;
  /** What follows the checksum. */
  readonly body: string;
  readonly hopLimit?: number;
  readonly code?: number;
  /** As the IPv6 header has it. */
  readonly payloadLength?: number;
  /** First four bits of the IPv6 header. */
  readonly version?: number;
  /** A header between the two: its number and its bytes, of which the first is the next header's number. */
  readonly extension?: readonly [number: number, bytes: string];
  readonly tags?: readonly Tag[];
}

export const icmpv6 = (fields: Icmpv6Fields): string => {
  const { mac, sourceIp, type, body, hopLimit = 255, code = 0, version = 6, extension, tags = [] } = fields;
  const payload = `${extension?.[1] ?? ''}${hex(type, 2)}${hex(code, 2)}0000${body}`;
  const { payloadLength = payload.length / 2 } = fields;
  const header = `${hex(version, 1)}0000000${hex(payloadLength, 4)}${hex(extension?.[0] ?? 58, 2)}${hex(hopLimit, 2)}`;
  return ethernet(
    mac,
    0x86dd,
    `${header}${ipHex(sourceIp)}${ipHex('ff02::1')}${payload}`,
    tags,
    '33:33:00:00:00:01',
  );
};

const RESERVED = '00000000';
/** A source (1) or target (2) link-layer address option. */
export const macOption = (type: 1 | 2, mac: string): string => `${hex(type, 2)}01${macHex(mac)}`;

/** Neighbour solicitation, type 135. */
export const solicitation = (
  mac: string,
  sourceIp: string,
  target: string,
  more: Partial<Icmpv6Fields> & { readonly option?: string } = {},
): string => {
  const { option = macOption(1, mac), ...fields } = more;
  return icmpv6({ mac, sourceIp, type: 135, body: RESERVED + ipHex(target) + option, ...fields });
};

export const ROUTER = 0x80;
export const SOLICITED = 0x40;
export const OVERRIDE = 0x20;

/** Neighbour advertisement, type 136, sent from its target. */
export const advertisement = (
  mac: string,
  target: string,
  flags: number,
  more: Partial<Icmpv6Fields> & { readonly option?: string } = {},
): string => {
  const { option = macOption(2, mac), ...fields } = more;
  const body = `${hex(flags, 2)}000000${ipHex(target)}${option}`;
  return icmpv6({ mac, sourceIp: target, type: 136, body, ...fields });
};

/** Router solicitation, type 133. */
export const routerSolicitation = (mac: string, sourceIp: string, option = macOption(1, mac)): string =>
  icmpv6({ mac, sourceIp, type: 133, body: RESERVED + option });

/** Router advertisement, type 134. */
export const routerAdvertisement = (mac: string, sourceIp: string, hopLimit = 255): string =>
  icmpv6({ mac, sourceIp, type: 134, body: `40000708${RESERVED}${RESERVED}${macOption(1, mac)}`, hopLimit });

/** An IPv4 packet: `options` are in its header, `fragment` the two bytes of flags and offset. */
export const ipv4 = (
  mac: string,
  sourceIp: string,
  protocol: number,
  payload: string,
  more: { readonly options?: string; readonly fragment?: number; readonly tags?: readonly Tag[] } = {},
): string => {
  const { options = '', fragment = 0, tags = [] } = more;
  const words = 5 + options.length / 8;
  const length = 20 + options.length / 2 + payload.length / 2;
  const header = `4${hex(words, 1)}c0${hex(length, 4)}0000${hex(fragment, 4)}01${hex(protocol, 2)}0000`;
  return ethernet(mac, 0x0800, `${header}${ipHex(sourceIp)}${ipHex('224.0.0.22')}${options}${payload}`, tags);
};

const ROUTER_ALERT = '94040000';

/** An IGMP message of one type about one group, behind an IPv4 header with a router alert. */
export const igmp = (mac: string, type: number, tags: readonly Tag[] = []): string =>
  ipv4(mac, '192.0.2.1', 2, `${hex(type, 2)}000000${ipHex('239.1.1.1')}`, { options: ROUTER_ALERT, tags });

/** An MLD message of one type, behind a hop-by-hop header with a router alert and as many more bytes as said. */
export const mld = (mac: string, type: number, tags: readonly Tag[] = [], moreUnits = 0): string => {
  const extension = `3a${hex(moreUnits, 2)}050200000100${'00'.repeat(8 * moreUnits)}`;
  const body = `${RESERVED}${'00'.repeat(16)}`;
  return icmpv6({ mac, sourceIp: 'fe80::1', type, body, hopLimit: 1, extension: [0, extension], tags });
};

/** A frame's first bytes alone. */
export const cut = (frame: string, bytes: number): string => frame.slice(0, 2 * bytes);
