import { IpAddress, VlanId } from '@nic-herald/wire';
import * as z from 'zod';
import { listOf, section } from './config-field.js';

/** IP addresses that have their first `length` bits in common: one alone has all 32 or 128. */
export interface IpPrefix {
  readonly address: IpAddress;
  readonly length: number;
}

const MAC_PREFIX = /^[0-9a-f]{2}([:-][0-9a-f]{2}){0,5}$/i;
const VLAN_RANGE = /^(\d{1,4})(?:-(\d{1,4}))?$/;
const IP_PREFIX = /^([^/]{2,45})(?:\/(\d{1,3}))?$/;

const macPrefix = z
  .string({ error: 'must be text: the first bytes of a MAC, in quotes' })
  .regex(MAC_PREFIX, { error: "must be the first 1 to 6 bytes of a MAC, such as '52:54:00'" })
  .transform((prefix) => prefix.toLowerCase().replaceAll('-', ':'));

/** A VLAN, or a range of them: both ends are included. */
export const vlanRange = z
  .union([z.number(), z.string()], { error: 'must be a VLAN or a range' })
  .transform((written, context): readonly [first: number, last: number] => {
    const [, first = '', last = first] = VLAN_RANGE.exec(String(written)) ?? [];
    if (first !== '' && VlanId.is(Number(first)) && VlanId.is(Number(last)) && +first <= +last) {
      return [Number(first), Number(last)];
    }
    context.addIssue('must be a VLAN from 1 to 4094, or a range such as 100-199');
    return z.NEVER;
  });

const ipPrefix = z
  .string({ error: 'must be text: an IP address or a prefix, in quotes' })
  .transform((written, context): IpPrefix => {
    const [, text = '', bits] = IP_PREFIX.exec(written) ?? [];
    const address = IpAddress.parse(text);
    if (address !== undefined) {
      const most = IpAddress.isIpv4(address) ? 32 : 128;
      const length = bits === undefined ? most : Number(bits);
      if (length <= most) return { address, length };
    }
    context.addIssue("must be an IP address or a prefix, such as 192.0.2.1 or '2001:db8::/32'");
    return z.NEVER;
  });

/** What is allowed, or denied; each member may be left out. */
export const stationList = section({
  macs: listOf(macPrefix, 'MAC prefixes'),
  vlans: listOf(vlanRange, 'VLANs or ranges'),
  addresses: listOf(ipPrefix, 'IP addresses or prefixes'),
});

/** MAC prefixes, VLAN ranges and IP prefixes that are allowed, or denied. */
export type StationList = NonNullable<z.infer<typeof stationList>>;

/** A VLAN range: first and last. */
export type VlanRange = z.infer<typeof vlanRange>;

/** Whether one of the ranges has this VLAN. */
export const hasVlan = (ranges: readonly VlanRange[], vlan: number): boolean =>
  ranges.some(([first, last]) => first <= vlan && vlan <= last);
