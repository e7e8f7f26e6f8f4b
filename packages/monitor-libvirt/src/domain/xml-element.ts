/** An element as the parser gives it: text, or children and attributes (`@name`) by name. Unchecked. */
export type XmlElement = string | { readonly [name: string]: unknown };

/** The children of this name, in order. */
export const xmlElements = (element: XmlElement, name: string): readonly XmlElement[] => {
  if (typeof element === 'string' || !Object.hasOwn(element, name)) return [];
  const found = element[name];
  return (Array.isArray(found) ? found : [found]).filter(isElement);
};

/** The first child of this name. */
export const xmlElement = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element === undefined ? undefined : xmlElements(element, name)[0];

/** The text of the first child or of the attribute of this name; `undefined` where there is none. */
export const xmlText = (element: XmlElement | undefined, name: string): string | undefined => {
  const found = xmlElement(element, name);
  const text = typeof found === 'object' ? found['#text'] : found;
  return typeof text === 'string' ? text.replace(ENTITY, decoded) : undefined;
};

const isElement = (value: unknown): value is XmlElement =>
  typeof value === 'string' || (typeof value === 'object' && value !== null);

/** The entities that XML itself has; a document type, which could bring others, is refused. */
const ENTITY = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const LAST_CODE_POINT = 0x10_ffff;

const decoded = (whole: string, name?: string, decimal?: string, hex?: string): string => {
  if (name !== undefined) return NAMED[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
};
