import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeElement, encodeElement, plainJson } from './handoff-element.js';

const UUID = '11111111-2222-4333-8444-555555555555';

describe('is read as nothing where it', () => {
  it.each([
    ['is empty', ''],
    ['is no XML', 'hello'],
    ['is another element', `<note host="A" uuid="${UUID}">{}</note>`],
    ['begins like it', `<handoffs host="A" uuid="${UUID}">{}</handoffs>`],
    ['has no text and no end', `<handoff host="A" uuid="${UUID}"/>`],
    ['does not end', `<handoff host="A" uuid="${UUID}">{}`],
    ['ends as another', `<handoff host="A" uuid="${UUID}">{}</hand>`],
    ['has no host', `<handoff uuid="${UUID}">{}</handoff>`],
    ['has an empty host', `<handoff host="" uuid="${UUID}">{}</handoff>`],
    ['has a host above 128 characters', `<handoff host="${'x'.repeat(129)}" uuid="${UUID}">{}</handoff>`],
    ['has a host that is no text', `<handoff host="\\x" uuid="${UUID}">{}</handoff>`],
    ['has an entity', `<handoff host="A" uuid="${UUID}">&a;</handoff>`],
    ['has an entity in an attribute', `<handoff host="&a;" uuid="${UUID}">{}</handoff>`],
    ['has a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]><handoff host="A" uuid="${UUID}">{}</handoff>`],
    ['has elements', `<handoff host="A" uuid="${UUID}"><x>{}</x></handoff>`],
    ['has CDATA', `<handoff host="A" uuid="${UUID}"><![CDATA[{}]]></handoff>`],
    ['has a comment', `<handoff host="A" uuid="${UUID}"><!-- -->{}</handoff>`],
    ['has a comment before it', `<!-- --><handoff host="A" uuid="${UUID}">{}</handoff>`],
    ['comes twice', `<handoff host="A" uuid="${UUID}">{}</handoff><handoff host="A">{}</handoff>`],
  ])('%s', (_, text) => {
    expect(decodeElement(text)).toBeUndefined();
  });
});

// a deadline, not a speed: work in the square of the text takes minutes
it('is read in time, whatever a hostile neighbour wrote', { timeout: 30_000 }, () => {
  const many = 260_000;
  const hostile = [
    ' '.repeat(many),
    `<handoff${' '.repeat(many)}`,
    `<handoff${' a=""'.repeat(many / 5)}`,
    `<handoff${' a=""'.repeat(many / 5)} a="${' '.repeat(many)}`,
    `<handoff>${'</handoff> '.repeat(many / 11)}`,
    `<handoff host="${'\\u0022'.repeat(many / 6)}">{}</handoff>`,
  ];
  for (const text of hostile) expect(decodeElement(text)).toBeUndefined();
});

/** Of any code points, lone surrogates and controls among them. */
const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0x10ffff)), { maxLength: 16 })
  .map((points) => String.fromCodePoint(...points));

it('is printable ASCII without `&` and with its own two tags alone, and reads as it was written', () => {
  fc.assert(
    fc.property(
      anyText.filter((text) => text !== '' && text.length <= 128),
      fc.dictionary(anyText, anyText),
      (host, content) => {
        const json = JSON.stringify(content);
        const xml = encodeElement({ host, uuid: UUID, json });
        expect(xml).toMatch(/^<handoff host="[ -%'-;=?-~]+" uuid="[0-9a-f-]{36}">[ -%'-;=?-~]+<\/handoff>$/);
        const read = decodeElement(xml);
        expect(read).toEqual({ host, uuid: UUID, json: plainJson(json) });
        expect(JSON.parse(read?.json ?? '')).toEqual(JSON.parse(json) as unknown);
      },
    ),
  );
});

it('is read under its prefix, and in whatever order its attributes come', () => {
  const element = { host: 'x uuid=', uuid: UUID, json: '{}' };
  expect(decodeElement(encodeElement(element))).toEqual(element);
  const xml = `\n  <herald:handoff xmlns:herald="urn:x" uuid="${UUID}" host="x uuid=">{}</herald:handoff>\n`;
  expect(decodeElement(xml)).toEqual(element);
});
