import { describe, expect, it } from 'vitest';
import { domainXml, interfaceXml } from '../../test/described-domain.js';
import { recordedDomain } from '../../test/recorded-domain.js';
import { type DomainDescription, domainDescription } from './domain-xml.js';

const unreadable: unknown = expect.objectContaining({ code: 'HERALD_LIBVIRT_XML' });
const named = '<name>a</name><uuid>b</uuid>';
const deep = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
const idsOf = ({ interfaces }: DomainDescription): unknown[] => interfaces.map(({ alias }) => alias);

describe('domainDescription', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['no XML', 'error: failed to get domain'],
    ['another XML', '<network><name>a</name><uuid>b</uuid></network>'],
    ['no name', '<domain><uuid>b</uuid></domain>'],
    ['an empty name', '<domain><name/><uuid>b</uuid></domain>'],
    ['no UUID', '<domain><name>a</name></domain>'],
    ['a name that is in something else', `<domain><x>${named}</x></domain>`],
    ['a domain without its end', `<domain>${named}<devices>${interfaceXml()}`],
    ['a document type', `<!DOCTYPE domain [<!ENTITY a "b">]><domain>${named}</domain>`],
    [
      'a document type with a billion laughs',
      `<!DOCTYPE a [<!ENTITY b "&c;&c;">]><domain>${named}&b;</domain>`,
    ],
    ['a name that JavaScript has', `<domain><__proto__>1</__proto__>${named}</domain>`],
    ['what is nested deeper than any domain', `<domain>${named}${deep(200)}</domain>`],
    ['what is nested very deep', deep(500_000)],
    ['more than is parsed', domainXml({ interfaces: Array.from({ length: 20_000 }, () => interfaceXml()) })],
  ])('refuses %s', (_, xml) => {
    expect(() => domainDescription(xml)).toThrow(unreadable);
  });

  it('says what to do, and no more of the text than fits', () => {
    expect(() => domainDescription(`<domain>${'x'.repeat(9000)}`)).toThrow(/^.{1,300}virsh dumpxml.{1,40}$/);
  });

  it.each<[string, string, readonly string[]]>([
    ['none', `<domain>${named}</domain>`, []],
    ['none among devices', `<domain>${named}<devices><disk/></devices></domain>`, []],
    ['one', domainXml(), ['net0']],
    [
      'two, in their order',
      domainXml({ interfaces: ['net1', 'net0'].map((alias) => interfaceXml({ alias })) }),
      ['net1', 'net0'],
    ],
    ['those that can be read', domainXml({ interfaces: ['<interface/>', interfaceXml()] }), ['net0']],
    ['none outside of devices', `<domain>${named}${interfaceXml()}</domain>`, []],
    [
      'none of a metadata',
      domainXml({ interfaces: [] }).replace(
        '<os>',
        `<metadata><devices>${interfaceXml()}</devices></metadata><os>`,
      ),
      [],
    ],
    [
      'those behind metadata that JavaScript has names for',
      domainXml().replace('<os>', '<metadata x="1"><constructor/><__proto__/></metadata><os>'),
      ['net0'],
    ],
    [
      'those behind metadata in metadata',
      domainXml().replace('<os>', '<metadata><metadata/><metadata>x</metadata></metadata><os>'),
      ['net0'],
    ],
    ['those behind a metadata that is empty', domainXml().replace('<os>', '<metadata/><os>'), ['net0']],
    [
      'those of a domain with entities',
      domainXml({ name: 'a&amp;b', interfaces: [interfaceXml({ alias: 'ua-&#120;' })] }),
      ['ua-x'],
    ],
  ])('finds %s', (_, xml, ids) => {
    expect(idsOf(domainDescription(xml))).toEqual(ids);
  });

  it.each<[string, string]>([
    ['a &amp; b', 'a & b'],
    ['&#x41;&#66;', 'AB'],
    ['&unknown;', '&unknown;'],
    ['&#x110000;', '&#x110000;'],
    ['&amp;lt;', '&lt;'],
    ['<![CDATA[a]]>', 'a'],
  ])('reads the name %s', (name, read) => {
    expect(domainDescription(domainXml({ name })).name).toBe(read);
  });

  it('does not parse what others keep with a domain', () => {
    const others = `<metadata>${'<a/>'.repeat(1_000_000)}</metadata>`;
    expect(idsOf(domainDescription(domainXml().replace('<os>', `${others}<os>`)))).toEqual(['net0']);
  });

  it('takes as many NICs as QEMU does', () => {
    const alias = (index: number): string => interfaceXml({ alias: `net${index}` });
    const { interfaces } = domainDescription(
      domainXml({ interfaces: Array.from({ length: 1500 }, (_, i) => alias(i)) }),
    );
    expect(interfaces).toHaveLength(1024);
  });

  it('leaves what every object has alone', () => {
    domainDescription(`<domain __proto__='1' constructor='2'><toString>3</toString>${named}</domain>`);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Object.prototype.toString.call(7)).toBe('[object Number]');
  });
});

describe('domainDescription of domains as libvirt gives them', () => {
  it('bridges, multi-queue with an alias of the user, a tap of its own, macvtap, user, a network', () => {
    expect(domainDescription(recordedDomain('shop-1'))).toEqual({
      name: 'shop-1',
      uuid: '6b1d1c9e-0000-4000-8000-0000000000a1',
      machine: 'pc-q35-7.2',
      interfaces: [
        {
          type: 'bridge',
          mac: '52:54:00:00:00:01',
          model: 'virtio',
          alias: 'ua-front',
          target: expect.stringMatching(/^vnet/) as string,
        },
        {
          type: 'bridge',
          mac: '52:54:00:00:00:02',
          model: 'e1000',
          alias: 'net0',
          target: expect.stringMatching(/^vnet/) as string,
        },
        { type: 'ethernet', mac: '52:54:00:00:00:03', model: 'e1000e', alias: 'net1', target: 'shop-eth' },
        { type: 'direct', mac: '52:54:00:00:00:04', model: 'virtio', alias: 'net2', target: 'macvtap2' },
        { type: 'user', mac: '52:54:00:00:00:05', model: 'rtl8139', alias: 'net3' },
        {
          type: 'bridge',
          mac: '52:54:00:00:00:07',
          model: 'virtio',
          alias: 'net4',
          target: expect.stringMatching(/^vnet/) as string,
        },
      ],
    });
  });

  it('a port of Open vSwitch, a filter, vhost-user, a card of the host, vDPA', () => {
    expect(domainDescription(recordedDomain('fabric-1'))).toEqual({
      name: 'fabric <1>',
      uuid: '6b1d1c9e-0000-4000-8000-0000000000a2',
      machine: 'pc-i440fx-7.2',
      interfaces: [
        {
          type: 'bridge',
          mac: '52:54:00:00:01:01',
          model: 'virtio',
          alias: 'net0',
          target: 'tap6b1d1c9e-00',
        },
        {
          type: 'network',
          mac: '52:54:00:00:01:02',
          model: 'virtio-non-transitional',
          alias: 'net1',
          target: 'vnet1',
          filter: 'clean-traffic',
        },
        { type: 'vhostuser', mac: '52:54:00:00:01:03', model: 'virtio', alias: 'net2', target: 'vhu0' },
        { type: 'hostdev', mac: '52:54:00:00:01:04', model: 'rtl8139', alias: 'hostdev0' },
        { type: 'vdpa', mac: '52:54:00:00:01:05', model: 'virtio', alias: 'net4' },
      ],
    });
  });
});
