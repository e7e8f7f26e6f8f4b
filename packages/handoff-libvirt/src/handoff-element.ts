/**
 * The element in which a snapshot lies in a domain's metadata, as libvirt takes it and gives it back:
 *
 *     <handoff host="a" uuid="6b1d1c9e-…">{"format":1,…}</handoff>
 *
 * libvirt puts it into `HANDOFF_URI` under `HANDOFF_PREFIX`. All of it is printable ASCII: JSON can write any other
 * character, and `<`, `>` and `&` too, as `\uXXXX`. So there is nothing in it that XML escapes, whatever writes it anew on its
 * way, and its reader needs no entities.
 */

/** The namespace that names the element. A format that an older reader could misread gets another. */
export const HANDOFF_URI = 'urn:nic-herald:handoff:1';
/** The prefix under which `virsh dumpxml` shows it. */
export const HANDOFF_PREFIX = 'herald';
/** Most bytes of the element. From 4 MiB on libvirt can no longer tell the domain's XML, nor migrate it. */
export const MAX_ELEMENT_BYTES: number = 256 * 1024;

/** What lies in the element. */
export interface HandoffElement {
  /** The host that wrote it. */
  readonly host: string;
  /** The domain that it was written for. */
  readonly uuid: string;
  /** The snapshot as JSON. */
  readonly json: string;
}

/** As in a snapshot, in characters. */
const MAX_HOST_NAME = 128;
const NOT_PLAIN = /[^ -%'-;=?-~]/g; // all but printable ASCII, and `&`, `<`, `>`

/** JSON text in printable ASCII without `&`, `<` and `>`: outside of strings JSON has none of the others. */
export const plainJson = (json: string): string =>
  json.replace(NOT_PLAIN, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The element as text. `json` must be JSON. */
export const encodeElement = ({ host, uuid, json }: HandoffElement): string => {
  const name = plainJson(JSON.stringify(host)).slice(1, -1).replaceAll('\\"', '\\u0022');
  return `<handoff host="${name}" uuid="${uuid}">${plainJson(json)}</handoff>`;
};

const OPENING = /^\s*<(?:herald:)?handoff((?: [a-z:]{1,16}="[^"<>&]*")*)>/;
const ATTRIBUTE = / ([a-z:]+)="([^"]*)"/g;
const CLOSING = ['</handoff>', '</herald:handoff>'];

/**
 * Reads what libvirt gives back, which anybody may have written: exactly what `encodeElement` writes, or nothing. It is no
 * XML parser. One look at the opening tag and one for what must not be in between, each linear in the length of the text.
 */
export const decodeElement = (text: string): HandoffElement | undefined => {
  const [opening, list] = OPENING.exec(text) ?? [];
  const whole = text.trimEnd();
  const closing = CLOSING.find((each) => whole.endsWith(each));
  if (opening === undefined || list === undefined || closing === undefined) return undefined;
  const attributes = new Map([...list.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, value]));
  const json = whole.slice(opening.length, -closing.length);
  const host = hostIn(attributes.get('host') ?? '');
  if (host === undefined || /[<>&]/.test(json)) return undefined;
  return { host, uuid: attributes.get('uuid') ?? '', json };
};

const hostIn = (name: string): string | undefined => {
  try {
    const host: unknown = JSON.parse(`"${name}"`);
    return typeof host === 'string' && host !== '' && host.length <= MAX_HOST_NAME ? host : undefined;
  } catch {
    return undefined;
  }
};
