import type { NicDescriptor, Port, PortResolution } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { portsOf } from './ports-of.js';

const NIC: NicDescriptor = {
  id: 'nic0',
  type: 'fake',
  primaryMac: MacAddress.of('52:54:00:00:00:01'),
  backend: { type: 'tap', name: 'net0', interfaceName: 'tap0' },
};
const TAP: Port = { kind: 'tap', name: 'tap0', namespace: 'net:[1]', index: 3 };
const LONG = 'x'.repeat(1_000_000);

const answered = async (answer: unknown) => {
  const [nic] = await portsOf([NIC], { resolve: async () => answer as PortResolution }, new FakeClock());
  return nic;
};

describe('portsOf', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 'tap0'],
    ['neither', {}],
    ['no port', { port: null }],
    ['a kind that is no string', { port: { ...TAP, kind: 7 } }],
    ['no kind', { port: { ...TAP, kind: '' } }],
    ['a name that is no string', { port: { ...TAP, name: { toString: () => 'tap0' } } }],
    ['a name without an end', { port: { ...TAP, name: LONG } }],
    ['a namespace that is none', { port: { ...TAP, namespace: Symbol('net') } }],
    ['a number that is none', { port: { ...TAP, index: '3' } }],
    ['a problem that is no text', { problem: 7 }],
  ])('has no port where the resolver answers %s, and may ask again', async (_, answer) => {
    const nic = await answered(answer);
    expect(nic).toMatchObject({ id: 'nic0', isPortUnanswered: true });
    expect(nic).not.toHaveProperty('port');
    expect(nic?.portProblem).toMatch(/^it could not be found: /);
    expect(nic?.portProblem?.length).toBeLessThan(1000);
  });

  it.each<[string, () => Promise<PortResolution>]>([
    ['throws', () => Promise.reject(new Error(LONG))],
    [
      'throws at once',
      () => {
        throw new Error('no');
      },
    ],
    ['is silent', () => new Promise(() => {})],
  ])('has no port where the resolver %s', async (_, resolve) => {
    const clock = new FakeClock();
    const found = portsOf([NIC], { resolve }, clock);
    await clock.advance(1000);
    const [nic] = await found;
    expect(nic).toMatchObject({ id: 'nic0', isPortUnanswered: true });
    expect(nic?.portProblem?.length).toBeLessThan(1000);
  });

  it('takes a problem for an answer, and no more of it than people read', async () => {
    const nic = await answered({ problem: LONG });
    expect(nic).not.toHaveProperty('isPortUnanswered');
    expect(nic?.portProblem?.length).toBeLessThan(1000);
  });

  it('takes what makes sense of what the port is attached to', async () => {
    const attachment = {
      network: 7,
      vlans: 'some',
      opensOn: 'garp',
      uplinks: ['eth0', 7, LONG, ...Array.from({ length: 100 }, (_, at) => `up${at}`)],
      learns: true,
      forwards: 'yes',
    };
    const nic = await answered({ port: { ...TAP, attachment, ['__proto__']: { name: 'tap1' } } });
    expect(nic?.port).toMatchObject(TAP);
    expect(nic?.port?.attachment?.uplinks).toHaveLength(64);
    expect(nic?.port?.attachment).toEqual({ uplinks: expect.any(Array) as string[], learns: true });
  });

  it('takes what opens the port', async () => {
    const nic = await answered({ port: { ...TAP, attachment: { opensOn: 'rarp' } } });
    expect(nic?.port?.attachment).toEqual({ opensOn: 'rarp' });
  });

  it('keeps a port as it was proved, whatever its resolver makes of it later', async () => {
    const port = { ...TAP };
    const nic = await answered({ port });
    port.name = 'tap1';
    expect(nic?.port?.name).toBe('tap0');
    expect(() => Object.assign(nic?.port ?? {}, { name: 'tap2' })).toThrow(TypeError);
  });

  it('takes no nonsense from a monitor either', async () => {
    const own = { ...NIC, port: { kind: 'tap', name: LONG } };
    const [nic] = await portsOf([own], undefined, new FakeClock());
    expect(nic).not.toHaveProperty('port');
    expect(nic?.portProblem).toMatch(/monitor/);
  });
});
