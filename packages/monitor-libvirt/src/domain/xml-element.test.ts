import { describe, expect, it } from 'vitest';
import { type XmlElement, xmlElement, xmlElements, xmlText } from './xml-element.js';

const element: XmlElement = {
  '@type': 'bridge',
  mac: { '@address': 'x' },
  name: 'a',
  more: ['b', { '#text': 'c', '@x': '1' }, 7, null],
  mixed: { '#text': 'd &lt; e', '@x': '1' },
};

describe('xmlElements', () => {
  it.each<[string, XmlElement, string, number]>([
    ['of a text', 'text', 'length', 0],
    ['of a name that is not there', element, 'target', 0],
    ['of a name that every object has', element, 'toString', 0],
    ['of a name that would be the prototype', element, '__proto__', 0],
    ['of one child', element, 'mac', 1],
    ['of several, without what is none', element, 'more', 2],
  ])('%s', (_, from, name, count) => {
    expect(xmlElements(from, name)).toHaveLength(count);
  });
});

describe('xmlText', () => {
  it.each<[string, XmlElement | undefined, string, string | undefined]>([
    ['of nothing', undefined, 'name', undefined],
    ['of a child without text', element, 'mac', undefined],
    ['of a child that is not there', element, 'constructor', undefined],
    ['of a child', element, 'name', 'a'],
    ['of the first child', element, 'more', 'b'],
    ['of a child with attributes', element, 'mixed', 'd < e'],
    ['of an attribute', element, '@type', 'bridge'],
  ])('%s', (_, from, name, text) => {
    expect(xmlText(from, name)).toBe(text);
  });

  it('of a child of a child', () => {
    expect(xmlText(xmlElement(element, 'mac'), '@address')).toBe('x');
    expect(xmlElement(undefined, 'mac')).toBeUndefined();
  });
});
