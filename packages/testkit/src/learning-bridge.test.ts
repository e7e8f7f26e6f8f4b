import { isHeraldError } from '@nic-herald/core';
import { encodeEthernet, MacAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from './fake-clock.js';
import { LearningBridge } from './learning-bridge.js';

const GUEST = '52:54:00:00:00:01';
const OTHER = '52:54:00:00:00:02';
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

const frame = (source: string, destination: string, vlan?: number): Uint8Array => {
  const tags =
    vlan === undefined ? [] : [{ protocol: 0x8100, id: vlan, priority: 0, dropEligible: false } as const];
  const bytes = new Uint8Array(64);
  encodeEthernet(
    { source: MacAddress.of(source), destination: MacAddress.of(destination), tags, etherType: 0x88b5 },
    bytes,
    0,
  );
  return bytes;
};

const bridgeOf = (vlanAware: boolean, clock = new FakeClock()) => {
  const bridge = new LearningBridge('br', clock, { vlanAware });
  const heard: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => {
    const port = bridge.addPort(name);
    port.onFrame(() => heard.push(name));
    return port;
  });
  if (!a || !b || !c) throw new TypeError('three ports');
  return { bridge, a, b, c, clock, heard };
};

describe('refuses', () => {
  test('bytes that are no frame, and the reserved VLAN 4095', () => {
    const { a, bridge, heard } = bridgeOf(true);
    expect(a.receive(new Uint8Array(13))).toBe(false);
    expect(a.receive(frame(GUEST, BROADCAST, 4095))).toBe(false);
    expect(heard).toEqual([]);
    expect(bridge.forwardingTable()).toEqual([]);
  });

  test('to learn a group or zero address', () => {
    const { a, bridge, heard } = bridgeOf(true);
    a.receive(frame('01:00:5e:00:00:01', OTHER));
    a.receive(frame('00:00:00:00:00:00', OTHER));
    expect(bridge.forwardingTable()).toEqual([]);
    expect(heard).toHaveLength(4); // they pass all the same
  });

  test('to forward what is for this link only', () => {
    const { a, heard } = bridgeOf(true);
    a.receive(frame(GUEST, '01:80:c2:00:00:0e'));
    expect(heard).toEqual([]);
  });

  test('a second cable between two bridges, over whatever way', () => {
    const clock = new FakeClock();
    const bridge = (name: string) => new LearningBridge(name, clock, { vlanAware: true });
    const [one, two, three] = [bridge('1'), bridge('2'), bridge('3')];
    one.addPort('x').connect(two.addPort('x'));
    two.addPort('y').connect(three.addPort('y'));
    const closing = (): void => three.addPort('z').connect(one.addPort('z'));
    expect(closing).toThrow(
      expect.toSatisfy((error) => isHeraldError(error) && error.code === 'HERALD_FABRIC_LOOP'),
    );
  });

  test('a second port of one name', () => {
    const { bridge } = bridgeOf(true);
    expect(() => bridge.addPort('a')).toThrow(/already has a port a/);
  });
});

test('floods what it does not know, once to each other port, and sends what it knows to one port', () => {
  const { a, b, heard } = bridgeOf(true);
  a.receive(frame(GUEST, OTHER));
  expect(heard.splice(0)).toEqual(['b', 'c']);
  b.receive(frame(OTHER, GUEST));
  expect(heard.splice(0)).toEqual(['a']);
  b.receive(frame(OTHER, BROADCAST));
  expect(heard.splice(0)).toEqual(['a', 'c']);
});

test('never sends a frame back where it came from', () => {
  const { a, heard } = bridgeOf(true);
  a.receive(frame(GUEST, BROADCAST));
  heard.splice(0);
  a.receive(frame(OTHER, GUEST));
  expect(heard).toEqual([]);
});

test('a switch keeps one entry for each VLAN', () => {
  const { a, b, bridge, c, heard } = bridgeOf(true);
  a.receive(frame(GUEST, BROADCAST, 10));
  b.receive(frame(GUEST, BROADCAST, 20));
  heard.splice(0);
  expect([bridge.lookup(MacAddress.of(GUEST), 10), bridge.lookup(MacAddress.of(GUEST), 20)]).toEqual([
    'a',
    'b',
  ]);
  expect(bridge.lookup(MacAddress.of(GUEST))).toBeUndefined();
  c.receive(frame(OTHER, GUEST, 20));
  expect(heard.splice(0)).toEqual(['b']);
  c.receive(frame(OTHER, GUEST));
  expect(heard.splice(0)).toEqual(['a', 'b']); // untagged: unknown
});

test('a priority tag, no tag and the native VLAN are one', () => {
  const { a, bridge } = bridgeOf(true);
  a.receive(frame(GUEST, BROADCAST, 0));
  expect(bridge.lookup(MacAddress.of(GUEST))).toBe('a');
  expect(bridge.lookup(MacAddress.of(GUEST), 1)).toBe('a');
});

test('a bridge that does not look at VLANs keeps one entry for each MAC', () => {
  const { a, b, bridge } = bridgeOf(false);
  a.receive(frame(GUEST, BROADCAST, 10));
  b.receive(frame(GUEST, BROADCAST, 20));
  expect(bridge.forwardingTable()).toEqual([{ mac: GUEST, vlan: 0, port: 'b', ageMs: 0 }]);
  expect(bridge.lookup(MacAddress.of(GUEST), 10)).toBe('b');
});

test('an entry moves with its station, and dies 300 s after the station last spoke', async () => {
  const { a, b, bridge, clock } = bridgeOf(true);
  a.receive(frame(GUEST, BROADCAST));
  await clock.advance(200_000);
  b.receive(frame(GUEST, BROADCAST));
  expect(bridge.lookup(MacAddress.of(GUEST))).toBe('b');
  await clock.advance(299_999);
  expect(bridge.lookup(MacAddress.of(GUEST))).toBe('b');
  await clock.advance(1);
  expect(bridge.lookup(MacAddress.of(GUEST))).toBeUndefined();
  expect(bridge.forwardingTable()).toEqual([]);
});

test('whatever is sent: once to each other port at most, and every station is where it was last heard', () => {
  const macs = [GUEST, OTHER, '52:54:00:00:00:03'];
  const anyFrame = fc.record({
    at: fc.constantFrom('a', 'b', 'c'),
    source: fc.constantFrom(...macs),
    destination: fc.constantFrom(...macs, BROADCAST),
    vlan: fc.constantFrom(undefined, 10, 20),
  });
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 40 }), (sent) => {
      const { bridge, heard } = bridgeOf(true);
      const last = new Map<string, string>();
      for (const { at, source, destination, vlan } of sent) {
        heard.splice(0);
        bridge.port(at)?.receive(frame(source, destination, vlan));
        last.set(`${vlan} ${source}`, at);
        const known = last.get(`${vlan} ${destination}`);
        const others = ['a', 'b', 'c'].filter((port) => port !== at);
        expect(heard).toEqual(known === undefined ? others : others.filter((port) => port === known));
      }
      for (const [key, port] of last) {
        const [vlan, mac = ''] = key.split(' ');
        expect(bridge.lookup(MacAddress.of(mac), vlan === 'undefined' ? undefined : Number(vlan))).toBe(port);
      }
    }),
  );
});
