import { HeraldError, messageOf } from '@nic-herald/core';
import { XMLParser } from 'fast-xml-parser';
import { type DomainInterface, domainInterface } from './domain-interface.js';
import { type XmlElement, xmlElements, xmlText } from './xml-element.js';

/** What nic-herald takes of the description that libvirt gives of a running domain. */
export interface DomainDescription {
  readonly name: string;
  /** Lower case. What QEMU has, too. */
  readonly uuid: string;
  /** QEMU's machine type: `pc-q35-7.2`. */
  readonly machine: string;
  readonly interfaces: readonly DomainInterface[];
}

/** Most NICs of one domain that are looked at; QEMU takes no more. */
const MAX_INTERFACES = 1024;
/** Lists in a domain's description that are one element where there is one. */
const LISTS = new Set(['interface']);

/** Entities stay as they are, but for those that XML itself has: libvirt writes no others. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  isArray: (name) => LISTS.has(name),
});

/**
 * Reads the XML of an active domain. Throws HERALD_LIBVIRT_XML where it is none, or holds a document type: libvirt writes
 * neither. A NIC that cannot be read is left out.
 */
export const domainDescription = (xml: string): DomainDescription => {
  if (xml.includes('<!DOCTYPE')) throw unreadable('it has a document type');
  let parsed: XmlElement;
  try {
    parsed = parser.parse(xml) as XmlElement;
  } catch (error) {
    throw unreadable(messageOf(error));
  }
  const [domain] = xmlElements(parsed, 'domain');
  const name = domain && xmlText(domain, 'name');
  const uuid = domain && xmlText(domain, 'uuid');
  if (domain === undefined || !name || !uuid) throw unreadable('it has no domain with a name and a UUID');
  const [os] = xmlElements(domain, 'os');
  const [type] = os === undefined ? [] : xmlElements(os, 'type');
  const machine = (type && xmlText(type, '@machine')) ?? '';
  const [devices] = xmlElements(domain, 'devices');
  const interfaces = devices === undefined ? [] : xmlElements(devices, 'interface').slice(0, MAX_INTERFACES);
  return {
    name,
    uuid: uuid.toLowerCase(),
    machine,
    interfaces: interfaces.flatMap((element) => domainInterface(element) ?? []),
  };
};

const unreadable = (why: string): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_XML',
    `what libvirt says of a domain cannot be read: ${why.slice(0, 200)}; expected the XML of a domain. Please report it, with \`virsh dumpxml\` of the domain`,
  );
