import type { NicDescriptor, PortResolution, PortResolver } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { FakeGuest, nicOf } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { residing, snapshotOf, TestHost, waiting } from '../../test/test-host.js';

const { port: _, ...bare } = nicOf('nic0');
const onUser: NicDescriptor = { ...bare, portProblem: 'netdev net0 is of type user' };
const backed: NicDescriptor = { ...bare, backend: { type: 'tap', name: 'net0' } };
const TOLD = `HERALD_NIC_NO_PORT web-1: NIC nic0 (${bare.primaryMac}) has no port (netdev net0 is of type user): nothing can be announced for it`;

const appearing = async (nics: NicDescriptor[], ports?: PortResolver) => {
  const test = await TestHost.compose(ports === undefined ? {} : { ports });
  const guest = new FakeGuest();
  guest.descriptors = nics;
  guest.cards.set('nic1', { macs: [], vlans: [] });
  await test.appear(guest, 'running');
  await test.clock.advance(1000);
  return { test, guest };
};

describe('a NIC without a port', () => {
  it('is told of when its guest appears, and not again as long as it has none', async () => {
    const { test, guest } = await appearing([onUser, nicOf('nic1')]);
    expect(test.warnings).toEqual([TOLD]);
    for (let look = 0; look < 5; look += 1) {
      await test.clock.advance(400_000);
      await test.tell('changed', guest);
    }
    expect(test.warnings).toEqual([TOLD]);
  });

  it('is not told of where each port takes a moment to be found, and many guests are there when the host starts', async () => {
    let before: Promise<unknown> = Promise.resolve();
    const test = await TestHost.compose({
      ports: {
        resolve: () => {
          const found = before.then(
            () => new Promise<void>((resolve) => test.clock.setTimer(30, () => resolve())),
          );
          before = found;
          return found.then((): PortResolution => ({ port: { kind: 'tap', name: 'tap0' } }));
        },
      },
    });
    for (let each = 0; each < 100; each += 1) {
      const guest = new FakeGuest(`one-${each}`, { name: `web-${each}` });
      guest.descriptors = [{ ...backed, primaryMac: mac(each + 1) }];
      test.intake.appeared({ guest, phase: 'running' });
    }
    await test.clock.advance(10_000);
    expect(test.warnings.filter((each) => each.startsWith('HERALD_NIC_NO_PORT'))).toEqual([]);
  });

  it('is told of when it is plugged in, and again when that happens anew', async () => {
    const { test, guest } = await appearing([nicOf('nic1')]);
    const plug = async (...nics: NicDescriptor[]) => {
      guest.descriptors = nics;
      await test.tell('changed', guest);
      await test.clock.advance(1000);
    };
    expect(test.warnings).toEqual([]);
    await plug(nicOf('nic1'), onUser);
    expect(test.warnings).toEqual([TOLD]);
    await plug(nicOf('nic1'));
    await plug(nicOf('nic1'), onUser);
    expect(test.warnings).toEqual([TOLD, TOLD]);
  });

  it('is told of again where it had a port and lost it', async () => {
    const { test, guest } = await appearing([onUser]);
    for (const nic of [nicOf('nic0'), onUser, onUser]) {
      guest.descriptors = [nic];
      await test.tell('changed', guest);
      await test.clock.advance(1000);
    }
    expect(test.warnings).toEqual([TOLD, TOLD]);
  });

  it('is told of where nobody says why', async () => {
    const { test } = await appearing([bare]);
    expect(test.warnings).toEqual([expect.stringContaining('has no port (the monitor did not say)')]);
  });

  it('is told of once, though the announcement of its guest says it too', async () => {
    const { test, guest } = await appearing([onUser, nicOf('nic1')]);
    const announced = test.host.announce(guest, {});
    await test.clock.advance(5000);
    const { nics, warnings } = await announced;
    expect(warnings.map(({ code }) => code)).toEqual(['HERALD_NIC_NO_PORT']);
    expect(nics.map(({ problem }) => problem)).toEqual([warnings[0], undefined]);
    expect(test.warnings).toEqual([TOLD]);
  });

  it('of a guest that waits for its migration is told of once, then and when it has arrived', async () => {
    const { test, guest } = await waiting(snapshotOf(), {}, (coming) => {
      coming.descriptors = [onUser];
    });
    await test.clock.advance(1000);
    test.resume(guest);
    await test.clock.advance(10_000);
    await test.tell('changed', guest);
    await test.clock.advance(10_000);
    expect(test.warnings.filter((warning) => warning.startsWith('HERALD_NIC_NO_PORT'))).toEqual([TOLD]);
  });

  it('is not lost where the resolver does not answer for a while', async () => {
    const answers: (() => Promise<PortResolution>)[] = [];
    const found = async (): Promise<PortResolution> => ({ port: { kind: 'tap', name: 'tap0' } });
    const none = async (): Promise<PortResolution> => ({ problem: 'netdev net0 is of type user' });
    const broken = async (): Promise<PortResolution> => {
      throw new Error('no answer');
    };
    const ports: PortResolver = { resolve: () => (answers.shift() ?? none)() };
    const { test, guest } = await appearing([backed], ports);
    expect(test.warnings).toEqual([TOLD]);
    for (const answer of [broken, none, broken, none]) {
      answers.splice(0, answers.length, answer);
      await test.tell('changed', guest);
      await test.clock.advance(2000);
    }
    expect(test.warnings).toEqual([TOLD]);
    answers.splice(0, answers.length, found);
    await test.tell('changed', guest);
    await test.clock.advance(2000);
    await test.tell('changed', guest);
    await test.clock.advance(2000);
    expect(test.warnings.filter((warning) => warning === TOLD)).toEqual([TOLD, TOLD]);
  });

  it('of a guest with all its ports there is nothing to tell', async () => {
    const { test } = await residing();
    expect(test.warnings).toEqual([]);
  });
});

describe('a NIC whose port is not told for a while', () => {
  it('is announced as its port was before', async () => {
    let isSilent = false;
    const port = { kind: 'tap', name: 'tap0', attachment: { carries: { untagged: false, tagged: [] } } };
    const resolve = async () => {
      if (isSilent) throw new Error('no answer');
      return { port };
    };
    const { test, guest } = await residing('running', { ports: { resolve } });
    guest.descriptors = [backed];
    await test.tell('changed', guest);
    isSilent = true;
    await test.tell('changed', guest);
    const announcing = test.host.announce(guest, { timing: { rounds: 1 } });
    await test.clock.advance(2000);
    const { nics } = await announcing;
    expect(
      nics.map(({ port: name, refused }) => [name, ...new Set(refused.map(({ reason }) => reason))]),
    ).toEqual([['tap0', 'port-vlan']]);
  });
});

describe('a NIC whose port is in no bridge or switch', () => {
  it.each([
    [{ alone: true }, ['HERALD_PORT_ALONE']],
    [{ alone: false }, []],
    [{ network: 'br0', forwards: true }, []],
    [undefined, []],
  ])('is announced with a warning in the report: %j', async (attachment, codes) => {
    const port = { kind: 'tap', name: 'tap0', ...(attachment === undefined ? {} : { attachment }) };
    const { test, guest } = await residing('running', {
      ports: { name: 'test', resolve: async () => ({ port }) } as never,
    });
    guest.descriptors = [backed];
    await test.tell('changed', guest);
    const announcing = test.host.announce(guest, { timing: { rounds: 1 } });
    await test.clock.advance(2000);
    const { outcome, warnings } = await announcing;
    expect(outcome).toBe('announced');
    expect(warnings.map(({ code }) => code)).toEqual(codes);
    expect(warnings.every(({ message }) => message.startsWith('nic0: tap0 is in no bridge or switch'))).toBe(
      true,
    );
  });
});
