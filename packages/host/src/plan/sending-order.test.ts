import type { Announcement } from '@nic-herald/core';
import { Ipv4Address } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { inSendingOrder } from './sending-order.js';

/** `rarp 1`, `garp 1 10.0.0.1`: the kind, the station's number, the address. */
const frame = (text: string): Announcement => {
  const [kind = '', number, address] = text.split(' ');
  return {
    kind,
    station: station(Number(number)),
    evidence: 'learned',
    ...(address === undefined ? {} : { address: Ipv4Address.of(address) }),
  };
};
const text = ({ kind, station: { mac }, address }: Announcement): string =>
  [kind, Number.parseInt(mac.slice(-2), 16), ...(address === undefined ? [] : [address])].join(' ');

it.each<[string, string[], string[]]>([
  ['nothing', [], []],
  [
    'each station once, then kind by kind',
    ['rarp 1', 'garp 1 10.0.0.1', 'na 1', 'rarp 2', 'garp 2 10.0.0.2', 'na 2', 'rarp 3'],
    ['rarp 1', 'rarp 2', 'rarp 3', 'garp 1 10.0.0.1', 'garp 2 10.0.0.2', 'na 1', 'na 2'],
  ],
  [
    'a second address of a kind after every first frame',
    ['garp 1 10.0.0.1', 'garp 1 10.0.0.3', 'garp 2 10.0.0.2'],
    ['garp 1 10.0.0.1', 'garp 2 10.0.0.2', 'garp 1 10.0.0.3'],
  ],
  [
    'other kinds for other stations',
    ['garp 1 10.0.0.1', 'na 1', 'rarp 2', 'na 2'],
    ['garp 1 10.0.0.1', 'rarp 2', 'na 1', 'na 2'],
  ],
])('sends %s', (_, given, sent) => {
  expect(inSendingOrder(given.map(frame)).map(text)).toEqual(sent);
});
