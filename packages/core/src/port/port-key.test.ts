import { describe, expect, it } from 'vitest';
import type { Port } from './port.js';
import { portKey } from './port-key.js';

const TAP: Port = { kind: 'tap', name: 'tap0', namespace: 'net:[1]', index: 12 };

describe('portKey', () => {
  it.each<[string, Port]>([
    ['another kind', { ...TAP, kind: 'macvtap' }],
    ['another name', { ...TAP, name: 'tap1' }],
    ['another network namespace', { ...TAP, namespace: 'net:[2]' }],
    ['the one made in its place', { ...TAP, index: 13 }],
    ['one that is no interface', { kind: 'tap', name: 'tap0' }],
  ])('tells a port from %s', (_, other) => {
    expect(portKey(other)).not.toBe(portKey(TAP));
  });

  it('is the same whatever the port is attached to', () => {
    expect(portKey({ ...TAP, attachment: { network: 'br0' } })).toBe(portKey(TAP));
  });
});
