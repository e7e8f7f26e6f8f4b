import type { LinkInfo } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { portHealth } from './port-health.js';

const link: LinkInfo = { index: 7, name: 'tap0', up: true, carrier: true, operState: 'up', kind: 'tun' };

describe('portHealth', () => {
  it.each<[string, LinkInfo | undefined, 'from-guest' | 'to-guest', string | undefined, true?]>([
    ['a port taken out of its bridge', link, 'from-guest', 'HERALD_PORT_NOT_ATTACHED', true],
    ['a port taken out of its bridge, towards the guest', link, 'to-guest', undefined, true],
    ['a port in another network', { ...link, masterIndex: 9 }, 'from-guest', undefined, true],
    ['a port that is gone', undefined, 'from-guest', 'HERALD_PORT_MISSING'],
    ['a port that is down', { ...link, up: false }, 'from-guest', 'HERALD_PORT_DOWN'],
    ['a port without carrier', { ...link, carrier: false }, 'from-guest', 'HERALD_PORT_NO_CARRIER'],
    [
      'a port of Open vSwitch without carrier',
      { ...link, carrier: false, masterIndex: 9 },
      'from-guest',
      undefined,
    ],
    [
      'the same, towards the guest',
      { ...link, carrier: false, masterIndex: 9 },
      'to-guest',
      'HERALD_PORT_NO_CARRIER',
    ],
    [
      'a bridge port without carrier',
      { ...link, carrier: false, masterIndex: 9, bridgePortState: 'disabled' },
      'from-guest',
      'HERALD_PORT_NO_CARRIER',
    ],
    [
      'a disabled bridge port',
      { ...link, bridgePortState: 'disabled' },
      'from-guest',
      'HERALD_PORT_NOT_FORWARDING',
    ],
    [
      'a learning bridge port',
      { ...link, bridgePortState: 'learning' },
      'from-guest',
      'HERALD_PORT_NOT_FORWARDING',
    ],
    [
      'a blocking bridge port, towards the guest',
      { ...link, bridgePortState: 'blocking' },
      'to-guest',
      undefined,
    ],
    ['a forwarding bridge port', { ...link, bridgePortState: 'forwarding' }, 'from-guest', undefined],
    ['a port of no bridge', link, 'from-guest', undefined],
  ])('%s', (_what, now, direction, code, wasAttached) => {
    const health = portHealth('tap0', now, direction, wasAttached);
    expect(health.ready ? undefined : health.code).toBe(code);
    if (!health.ready) expect(health.message).toContain('port tap0');
  });
});
