import { expect, it } from 'vitest';
import { backendOf } from './backend-of.js';

const nic = { name: 'nic0', model: 'e1000', currentMac: '52:54:00:00:00:01' };
const peer = (type: string, info: string) => ({ ...nic, peer: { name: 'net0', type, info } });

it.each([
  [nic, 'has no netdev'],
  [{ ...nic, hub: { number: '3', port: 'h' } }, 'hub 3'],
])('says why %j has no host end', (from, why) => {
  expect(backendOf(from)).toEqual({ portProblem: expect.stringContaining(why) as string });
});

it.each([
  ['user', 'net=10.0.2.0', {}],
  ['vhost-user', 'vhost-user0 to chr0', {}],
  ['tap', 'ifname=tap100i0,script=/x,downscript=no', { interfaceName: 'tap100i0' }],
  ['tap', 'ifname=tap,b,script=no,downscript=no', { interfaceName: 'tap,b' }],
  ['tap', 'ifname=tap0', { interfaceName: 'tap0' }],
  ['tap', 'ifname=../../etc/passwd,script=no', {}],
  ['tap', 'ifname=sixteen-letters-,script=no', {}],
  ['tap', 'ifname=,script=no', {}],
  ['tap', 'fd=30', { descriptors: [30] }],
  ['tap', 'fd=30x', {}],
  ['tap', 'ifname=tap,fd=12,script=no,downscript=no', { interfaceName: 'tap,fd=12' }],
  ['tap', 'helper=/x,fd=12', {}],
  ['tap', 'fd=123456789012', {}],
  ['bridge', 'helper=/usr/lib/qemu/qemu-bridge-helper,br=br0', {}],
])('takes what QEMU says of a netdev of type %s, %s', (type, info, said) => {
  expect(backendOf(peer(type, info))).toEqual({ backend: { type, name: 'net0', ...said } });
});
