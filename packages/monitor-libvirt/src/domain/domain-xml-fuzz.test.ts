import { isHeraldError } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedDomain } from '../../test/recorded-domain.js';
import { fingerprintOf } from './domain-nics.js';
import { domainDescription } from './domain-xml.js';
import { nicOfInterface } from './nic-of-interface.js';

/** What comes of a text: NICs, or HERALD_LIBVIRT_XML and nothing else. */
const outcome = (xml: string): number | string => {
  try {
    const description = domainDescription(xml);
    fingerprintOf(description);
    return description.interfaces.map((each) => nicOfInterface(each, description.machine, undefined)).length;
  } catch (error) {
    if (isHeraldError(error)) return error.code;
    throw error;
  }
};

const isAllowed = (xml: string): boolean => {
  const came = outcome(xml);
  return typeof came === 'number' || came === 'HERALD_LIBVIRT_XML';
};

const words = [
  ...[
    '<domain>',
    '</domain>',
    '<name>',
    '</name>',
    '<uuid>a</uuid>',
    '<devices>',
    '</devices>',
    '<interface ',
    "type='bridge'",
    '>',
  ],
  ...[
    '</interface>',
    "<mac address='52:54:00:00:00:01'/>",
    "<alias name='",
    "'/>",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
  ],
  ...[
    '&amp;',
    '&#0;',
    '&#xd800;',
    '&',
    '<',
    '>',
    '"',
    "'",
    '=',
    '/',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '\0',
    '<!',
    '<metadata>',
  ],
  ...[
    '</metadata>',
    '#text',
    '@type',
    '<__proto__>',
    '</__proto__>',
    ' __proto__="1"',
    '<interface/>',
    '<os/>',
    '<a:b xmlns:a="c"/>',
  ],
];
const recorded = recordedDomain('shop-1');
const runs = { numRuns: 2000 };

describe('domainDescription, of anything', () => {
  it('that is text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), isAllowed), runs);
  });

  it('that is made of what XML is made of', () => {
    const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((each) => each.join(''));
    fc.assert(fc.property(text, isAllowed), runs);
    const inDomain = text.map((each) => `<domain><name>a</name><uuid>b</uuid>${each}</domain>`);
    fc.assert(fc.property(inDomain, isAllowed), runs);
    const inDevices = text.map(
      (each) => `<domain><name>a</name><uuid>b</uuid><devices>${each}</devices></domain>`,
    );
    fc.assert(fc.property(inDevices, isAllowed), runs);
  });

  it('that was a domain and was changed', () => {
    const change = fc.record({
      at: fc.nat(recorded.length),
      cut: fc.nat(200),
      put: fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 20 })),
    });
    const changed = fc
      .array(change, { minLength: 1, maxLength: 5 })
      .map((changes) =>
        changes.reduce((xml, { at, cut, put }) => xml.slice(0, at) + put + xml.slice(at + cut), recorded),
      );
    fc.assert(fc.property(changed, isAllowed), { numRuns: 500 });
  });
});

/** The longest text that libvirt sends. */
const MOST = 4 * 1024 * 1024;
const long = (part: string, end = ''): string => part.repeat(Math.floor(MOST / (part.length + end.length)));

describe('domainDescription, of as much as libvirt sends', () => {
  it.each<[string, string]>([
    [
      'interfaces',
      `<domain><devices>${long("<interface type='bridge'><mac address='52:54:00:00:00:01'/></interface>")}</devices></domain>`,
    ],
    ['nested elements', long('<a>', '</a>') + long('</a>', '<a>')],
    ['elements without an end', long('<a>')],
    ['elements', `<domain>${long('<a/>')}</domain>`],
    [
      'attributes',
      `<domain ${Array.from({ length: 300_000 }, (_, index) => `a${index}='1'`).join(' ')}></domain>`,
    ],
    ['ends', long('</a>')],
    ['openings', long('<')],
    ['comments', `<domain>${long('<!---->')}</domain>`],
    ['instructions', `<domain>${long('<?a?>')}</domain>`],
    ['a quote', `<domain a='${long('x')}`],
    ['blanks', `<domain${long(' ')}></domain>`],
    ['text', `<domain>${long('x ')}</domain>`],
    ['entities', `<domain><name>${long('&amp;')}</name></domain>`],
    ['metadata', `<domain>${long('<metadata>')}</domain>`],
    ['ends of metadata', `<domain>${long('</metadata>')}</domain>`],
  ])('%s: refused in time', { timeout: 30_000 }, (_, xml) => {
    expect(outcome(xml)).toBe('HERALD_LIBVIRT_XML');
  });
});
