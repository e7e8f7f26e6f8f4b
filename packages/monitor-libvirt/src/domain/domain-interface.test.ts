import { describe, expect, it } from 'vitest';
import { type DomainInterface, domainInterface } from './domain-interface.js';
import type { XmlElement } from './xml-element.js';

const whole = {
  '@type': 'bridge',
  mac: { '@address': '52:54:00:00:00:01' },
  target: { '@dev': 'vnet0' },
  model: { '@type': 'e1000' },
  alias: { '@name': 'net0' },
};
const read: DomainInterface = {
  type: 'bridge',
  mac: '52:54:00:00:00:01' as DomainInterface['mac'],
  target: 'vnet0',
  model: 'e1000',
  alias: 'net0',
};
const without = (name: keyof DomainInterface): Partial<DomainInterface> =>
  Object.fromEntries(Object.entries(read).filter(([key]) => key !== name));

describe('domainInterface', () => {
  it.each<[string, XmlElement]>([
    ['a text', 'text'],
    ['no type', { ...whole, '@type': undefined }],
    ['a type that is too long', { ...whole, '@type': 'x'.repeat(65) }],
    ['no MAC', { ...whole, mac: undefined }],
    ['an empty MAC', { ...whole, mac: '' }],
    ['half a MAC', { ...whole, mac: { '@address': '52:54:00' } }],
    ['a MAC that is no text', { ...whole, mac: { '@address': { x: '1' } } }],
  ])('leaves out one with %s', (_, element) => {
    expect(domainInterface(element)).toBeUndefined();
  });

  it.each<[string, XmlElement, Partial<DomainInterface>]>([
    ['whole', whole, read],
    ['without an alias', { ...whole, alias: undefined }, without('alias')],
    ['with an alias that is no id', { ...whole, alias: { '@name': 'a b' } }, without('alias')],
    ['with an alias that is too long', { ...whole, alias: { '@name': 'a'.repeat(256) } }, without('alias')],
    [
      'with an alias of the user',
      { ...whole, alias: { '@name': 'ua-1.x_y' } },
      { ...read, alias: 'ua-1.x_y' },
    ],
    ['without a target', { ...whole, target: '' }, without('target')],
    ['with a target that is a path', { ...whole, target: { '@dev': '../x' } }, without('target')],
    ['with a target that is too long', { ...whole, target: { '@dev': 'x'.repeat(16) } }, without('target')],
    ['without a model', { ...whole, model: undefined }, { ...read, model: 'rtl8139' }],
    [
      'with a model that is too long',
      { ...whole, model: { '@type': 'x'.repeat(99) } },
      { ...read, model: 'x'.repeat(64) },
    ],
    [
      'with a filter',
      { ...whole, filterref: { '@filter': 'clean-traffic' } },
      { ...read, filter: 'clean-traffic' },
    ],
    ['with two MACs', { ...whole, mac: [{ '@address': '52:54:00:00:00:01' }, { '@address': 'x' }] }, read],
    [
      'in capitals',
      { ...whole, mac: { '@address': '52:54:00:00:00:AB' } },
      { ...read, mac: '52:54:00:00:00:ab' as DomainInterface['mac'] },
    ],
  ])('reads one %s', (_, element, expected) => {
    expect(domainInterface(element)).toEqual(expected);
  });
});
