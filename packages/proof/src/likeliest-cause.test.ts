import { describe, expect, it } from 'vitest';
import { type Announced, likeliestCause, type Suspect } from './likeliest-cause.js';
import type { PortPicture } from './port-picture.js';

const announced: Announced = { mode: 'announce', outcome: 'announced', isOpen: false, isSettled: true };
const witness = { host: 'A', listens: true, sawSome: true, unseenVlans: [] };
const bridge: PortPicture = {
  in: 'bridge',
  forwards: true,
  learns: true,
  vlanAware: true,
  here: new Set(),
  elsewhere: new Map(),
  uplinks: [
    { name: 'up0', isUp: true },
    { name: 'up1', isUp: false },
  ],
};
const suspect = (over: Partial<Suspect> = {}): Suspect => ({
  nic: 'nic0',
  port: 'tap0',
  picture: bridge,
  missing: 2,
  ...over,
});
const { port: _, ...portless } = suspect();

describe('likeliestCause', () => {
  it.each<[string, readonly Suspect[], Partial<Announced>, unknown]>([
    ['a NIC without a port', [portless], {}, { code: 'no-port', params: { nic: 'nic0' } }],
    [
      'a port that went',
      [suspect({ picture: { in: 'gone' } })],
      {},
      { code: 'port-gone', params: { port: 'tap0' } },
    ],
    [
      'a port in no bridge',
      [suspect({ picture: { in: 'nothing' } })],
      {},
      { code: 'port-not-in-bridge', params: { port: 'tap0' } },
    ],
    [
      'a blocked port',
      [suspect({ picture: { ...bridge, forwards: false } })],
      {},
      { code: 'port-not-forwarding', params: { port: 'tap0' } },
    ],
    [
      'an uplink that is down',
      [suspect({ picture: { ...bridge, uplinks: [{ name: 'up0', isUp: false }] } })],
      {},
      { code: 'uplink-down', params: { uplink: 'up0' } },
    ],
    [
      'the uplink of a switch',
      [suspect({ picture: { in: 'switch', uplinks: [{ name: 'bond0', isUp: false }] } })],
      {},
      { code: 'uplink-down', params: { uplink: 'bond0' } },
    ],
    ['a guest that is observed', [suspect()], { mode: 'observe' }, { code: 'observed', params: {} }],
    ['frames that did not leave', [suspect()], { outcome: 'failed' }, { code: 'not-sent', params: {} }],
    ['a NIC that had no way', [suspect({ isUnsent: true })], {}, { code: 'not-sent', params: {} }],
    [
      'a NIC without a port before what became of the others',
      [suspect(), { ...portless, nic: 'nic1', isUnsent: true }],
      { outcome: 'failed' },
      { code: 'no-port', params: { nic: 'nic1' } },
    ],
    [
      'a station at another port',
      [suspect({ elsewhere: { station: '52:54:00:00:00:01', port: 'up0' } })],
      {},
      { code: 'seen-elsewhere', params: { station: '52:54:00:00:00:01', port: 'up0' } },
    ],
    [
      'a VLAN that the other host did not see',
      [suspect()],
      { witness: { ...witness, unseenVlans: [30, 40] } },
      { code: 'vlan-unseen', params: { vlan: 30, host: 'A' } },
    ],
    [
      'what came nowhere',
      [suspect()],
      { witness: { ...witness, sawSome: false, unseenVlans: [30] } },
      { code: 'unseen', params: { host: 'A' } },
    ],
    [
      'a host that says nothing',
      [suspect()],
      { witness: { ...witness, listens: false, sawSome: false } },
      { code: 'source-silent', params: { host: 'A' } },
    ],
    [
      'none of these before they had their time',
      [suspect()],
      { witness: { ...witness, sawSome: false }, isSettled: false, isOpen: true },
      undefined,
    ],
    ['silence', [suspect()], {}, { code: 'no-traffic', params: { stations: 2 } }],
    ['nothing while more may come', [suspect()], { isOpen: true }, undefined],
    ['nothing where all is proved', [suspect({ missing: 0, picture: { in: 'gone' } })], {}, undefined],
    [
      'the nearest fault of all NICs',
      [suspect(), suspect({ nic: 'nic1', port: 'tap1', picture: { in: 'nothing' } })],
      {},
      { code: 'port-not-in-bridge', params: { port: 'tap1' } },
    ],
  ])('names %s', (_what, suspects, over, expected) => {
    const cause = likeliestCause(suspects, { ...announced, ...over });
    if (expected === undefined) expect(cause).toBeUndefined();
    else expect(cause).toMatchObject(expected as object);
  });
});
