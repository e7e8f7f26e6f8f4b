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
/**
 * Longest description that is parsed, characters, metadata not counted: parsing holds up everything else. 1024 NICs and as
 * many disks have less.
 */
const MAX_LENGTH = 512 * 1024;
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
export const domainDescription = (text: string): DomainDescription => {
  const xml = withoutMetadata(text);
  if (xml.length > MAX_LENGTH) throw unreadable(`it has ${xml.length} characters, more than ${MAX_LENGTH}`);
  if (!xml.trimEnd().endsWith('</domain>')) throw unreadable('its end is missing');
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

/** What others keep with the domain is of any length and form, and of no use here. The text stays escaped, so tags are tags. */
const withoutMetadata = (xml: string): string => {
  const begin = xml.search(/<metadata[\s>]/);
  const end = xml.lastIndexOf(METADATA_END);
  return begin === -1 || end < begin ? xml : xml.slice(0, begin) + xml.slice(end + METADATA_END.length);
};
const METADATA_END = '</metadata>';

const unreadable = (why: string): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_XML',
    `what libvirt says of a domain cannot be read: ${why.slice(0, 200)}; expected the XML of a domain. Please report it, with \`virsh dumpxml\` of the domain`,
  );
