import { MacAddress } from '@nic-herald/wire';
import { type XmlElement, xmlElement, xmlText } from './xml-element.js';

/** An `<interface>` of an active domain, as far as nic-herald looks at it. */
export interface DomainInterface {
  /** `bridge`, `network`, `ethernet`, `direct`, `user`, `vhostuser`, `hostdev`, ... */
  readonly type: string;
  readonly mac: MacAddress;
  /** libvirt's name of the device, and QEMU's id of it: `net0`. Absent where libvirt has not given it one yet. */
  readonly alias?: string;
  /** The model as libvirt names it: `virtio`, `e1000`. */
  readonly model: string;
  /** The interface of this host: `vnet0`. */
  readonly target?: string;
  /** A network filter on it: `clean-traffic`. */
  readonly filter?: string;
}

/** libvirt's own default. */
const DEFAULT_MODEL = 'rtl8139';
const MAX_TYPE = 64;
/** QEMU takes ids of at most 255 bytes by libvirt. */
const ID = /^[A-Za-z][\w.-]{0,254}$/;
/** Of an interface Linux takes 15 bytes, no '/' and no blank. */
const INTERFACE = /^[^\s/]{1,15}$/;

/** Reads one; `undefined` where it has no MAC or no type. */
export const domainInterface = (element: XmlElement): DomainInterface | undefined => {
  const type = xmlText(element, '@type');
  const mac = MacAddress.parse(xmlText(xmlElement(element, 'mac'), '@address') ?? '');
  if (type === undefined || type.length > MAX_TYPE || mac === undefined) return undefined;
  const alias = matching(ID, xmlText(xmlElement(element, 'alias'), '@name'));
  const target = matching(INTERFACE, xmlText(xmlElement(element, 'target'), '@dev'));
  const filter = xmlText(xmlElement(element, 'filterref'), '@filter');
  return {
    type,
    mac,
    model: (xmlText(xmlElement(element, 'model'), '@type') ?? DEFAULT_MODEL).slice(0, MAX_TYPE),
    ...(alias === undefined ? {} : { alias }),
    ...(target === undefined ? {} : { target }),
    ...(filter === undefined ? {} : { filter: filter.slice(0, 256) }),
  };
};

const matching = (pattern: RegExp, text: string | undefined): string | undefined =>
  text !== undefined && pattern.test(text) ? text : undefined;
