import { expect, it } from 'vitest';
import { anonymousPaths } from './device-paths.js';

const mac = { currentMac: '52:54:00:00:00:01' };
const device = (index: number, type: string, netdev = '') => ({
  path: `/machine/peripheral-anon/device[${index}]`,
  type,
  netdev,
});

it('finds NICs by type and netdev, else by order; two of one MAC are two', () => {
  const nics = [
    { name: 'e1000.0', model: 'e1000', ...mac, peer: { name: 'n1', type: 'tap', info: '' } },
    { name: 'e1000.1', model: 'e1000', ...mac },
    { name: 'e1000.2', model: 'e1000', ...mac },
    { name: 'e1000.3', model: 'e1000', ...mac, hub: { number: '0', port: 'h0' } },
    { name: 'rtl8139.0', model: 'rtl8139', ...mac },
  ];
  const devices = [
    device(10, 'e1000'),
    device(9, 'e1000'),
    device(2, 'e1000', 'n1'),
    device(3, 'e1000', 'h0'),
    device(1, 'rtl8139', 'n9'),
  ];
  expect(Object.fromEntries(anonymousPaths(nics, devices))).toEqual({
    'e1000.0': '/machine/peripheral-anon/device[2]',
    'e1000.1': '/machine/peripheral-anon/device[9]',
    'e1000.2': '/machine/peripheral-anon/device[10]',
    'e1000.3': '/machine/peripheral-anon/device[3]',
  });
});
