import { expect, it } from 'vitest';
import { portOf } from './nic-port.js';

const nic = { name: 'nic0', model: 'e1000', currentMac: '52:54:00:00:00:01' };
const peer = (type: string, info: string) => ({ ...nic, peer: { name: 'net0', type, info } });

it.each([
  [nic, 'has no netdev'],
  [{ ...nic, hub: { number: '3', port: 'h' } }, 'hub 3'],
  [peer('user', 'net=10.0.2.0'), 'type user'],
  [peer('vhost-user', ''), 'type vhost-user'],
  [peer('tap', 'fd=30'), 'fd=30'],
  [peer('tap', 'ifname=../../etc/passwd'), 'without a name'],
  [peer('tap', 'ifname=sixteen-letters-'), 'without a name'],
  [peer('tap', 'ifname='), 'without a name'],
])('says why there is no port for %j', (from, why) => {
  const found = portOf(from);
  expect('portProblem' in found ? found.portProblem : found.port).toContain(why);
});

it('finds the tap', () => {
  expect(portOf(peer('tap', 'ifname=tap100i0,script=/x,downscript=no'))).toEqual({
    port: { kind: 'tap', name: 'tap100i0' },
  });
});
