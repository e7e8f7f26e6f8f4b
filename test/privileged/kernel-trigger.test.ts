import { setTimeout as sleep } from 'node:timers/promises';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rarpFrom } from '../conformance/rarp-from.js';
import { ethernet } from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { SinkDriver } from './sink-driver.js';

const missing = privilegeMissing();
/** So long what is armed holds without its process, and a little. */
const LEASE_MS = 5500;
/** So long after a tap lost its process at most what was armed there is taken back. */
const DISARMED_MS = 500;

/** At how many moments the agent is killed, for each way. */
const KILLS = Number(process.env['HERALD_TRIGGER_KILLS'] ?? 5);

const rarp = (mac: string, vlan?: number): string =>
  Buffer.from(rarpFrom(MacAddress.of(mac), vlan === undefined ? undefined : VlanId.of(vlan))).toString('hex');
const QEMU = '52:54:00:bb:00:01';
const LAST = '52:54:00:cc:00:01';
/** Tagged and untagged, short and as long as may be. */
const ours = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const mac = `52:54:00:aa:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`;
    if (index % 4 === 3) return ethernet(mac, 0x88b6, '11'.repeat(40 + (index % 71)));
    return rarp(mac, index % 4 === 1 ? 100 + index : undefined);
  });

// Processes start slowly where the machine is busy.
vi.setConfig({ testTimeout: 90_000 });

describe.skipIf(missing)(`frames that leave in the kernel${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const sandboxes: NetworkSandbox[] = [];
  afterEach(() => {
    delete process.env['HERALD_TEST_TCX'];
    for (const made of sandboxes.splice(0)) made.remove();
  });
  const prepared = async ({
    without = [],
    before = [],
  }: {
    readonly without?: readonly string[];
    readonly before?: readonly string[];
  } = {}) => {
    const host = new NetworkSandbox(['tap0']);
    sandboxes.push(host);
    const agent = new SinkDriver(host, without, before);
    const qemu = new SinkDriver(host);
    await qemu.hold('tap0');
    await agent.start();
    await agent.open('tap0');
    return { host, agent, qemu };
  };
  /** What leaves by the uplink while `during` runs, up to a last frame of another MAC; without that. */
  const leaving = async (
    { host, qemu }: { readonly host: NetworkSandbox; readonly qemu: SinkDriver },
    most: number,
    during: () => Promise<unknown>,
  ): Promise<string[]> => {
    const recorded = await host.capture('wire0', most + 1);
    await during();
    await sleep(20);
    // Fills the capture up, so that what did not leave needs no waiting.
    for (let count = 0; count <= most; count++) await qemu.write('tap0', ethernet(LAST, 0x88b6, ''));
    const frames = (await recorded()).map((frame) => Buffer.from(frame).toString('hex'));
    return frames.filter((frame) => frame.slice(12, 24) !== LAST.replaceAll(':', ''));
  };

  describe.each(['tcx', 'qdisc'] as const)('by %s', (way) => {
    it('come behind the frame that sets them off, all and in their order', async () => {
      process.env['HERALD_TEST_TCX'] = way === 'tcx' ? 'yes' : 'no';
      const bed = await prepared();
      for (const count of [1, 2, 64, 65, 1024]) {
        const frames = ours(count);
        const seen = await leaving(bed, count + 1, async () => {
          expect(await bed.agent.arm('tap0', frames, { holdUs: 100 })).toBe('armed');
          await bed.qemu.write('tap0', rarp(QEMU));
          await sleep(30);
          expect(await bed.agent.take('tap0')).toMatchObject({
            firedBy: 'kernel',
            sent: count,
            isLost: false,
          });
        });
        expect(seen).toEqual([rarp(QEMU), ...frames]);
      }
      expect(bed.host.learnedAt('52:54:00:aa:00:02')).toEqual(['tap0']);
      await sleep(100); // what was taken is cleared away
      expect(bed.host.tc('filter show dev tap0 ingress')).toBe('');
      await bed.agent.close();
    });
  });

  it('are set off by what QEMU announces alone, which passes as it was with all other frames', async () => {
    const bed = await prepared();
    const others = [
      rarp('52:54:00:bb:00:02'), // another card's
      rarp(QEMU, 5), // QEMU tags nothing
      ethernet(QEMU, 0x0806, '0001'), // an ARP
      ethernet(QEMU, 0x88b7, '45'),
      ethernet(QEMU, 0x88b6, 'ab'.repeat(1400)),
    ];
    const own = `${rarp(QEMU)}${'5a'.repeat(30)}`; // a longer one
    const seen = await leaving(bed, 7, async () => {
      await bed.agent.arm('tap0', ours(1));
      for (const frame of others) await bed.qemu.write('tap0', frame);
      await bed.qemu.write('tap0', own);
      expect(await bed.agent.take('tap0')).toMatchObject({ firedBy: 'kernel', sent: 1 });
    });
    expect(seen.map((frame) => frame.slice(0, 512))).toEqual(
      [...others, own, ...ours(1)].map((frame) => frame.slice(0, 512)),
    );
    await bed.agent.close();
  });

  it('are not learned, and the learner keeps its place beside them', async () => {
    const bed = await prepared();
    const guest = ethernet('52:54:00:dd:00:01', 0x88b6, '');
    await bed.agent.arm('tap0', ours(64));
    await bed.agent.learn('tap0');
    await bed.qemu.write('tap0', rarp(QEMU));
    await bed.qemu.write('tap0', guest);
    expect(await bed.agent.take('tap0')).toMatchObject({ firedBy: 'kernel', sent: 64 });
    expect(await bed.agent.learned('tap0')).toEqual(['52:54:00:dd:00:01']);
    await sleep(100); // what was armed is cleared away, and the learner stays
    await bed.qemu.write('tap0', ethernet('52:54:00:dd:00:02', 0x88b6, ''));
    expect((await bed.agent.learned('tap0')).toSorted()).toEqual(['52:54:00:dd:00:01', '52:54:00:dd:00:02']);
    await bed.agent.close();
  });

  it.each([
    ['CAP_PERFMON', { without: ['perfmon', 'sys_admin'] }, {}],
    [
      'a writable /sys',
      { before: ['sh', '-c', 'mount -o remount,bind,ro /sys && exec "$@"', 'sh'] },
      { alone: expect.stringContaining('rps_cpus') as string },
    ],
  ])('leave without %s', async (_, how, path) => {
    const bed = await prepared(how);
    expect(await bed.agent.kernelPath()).toEqual({ armedPorts: 0, ...path });
    const frames = ours(16);
    const seen = await leaving(bed, 17, async () => {
      await bed.agent.arm('tap0', frames);
      await bed.qemu.write('tap0', rarp(QEMU));
      expect(await bed.agent.take('tap0')).toMatchObject({ firedBy: 'kernel', sent: 16 });
    });
    expect(seen).toEqual([rarp(QEMU), ...frames]);
    await bed.agent.close();
  });

  it('are as many as the hypervisor may be held for where no other CPU can go on, and the rest is told', async () => {
    const bed = await prepared({ before: ['sh', '-c', 'mount -o remount,bind,ro /sys && exec "$@"', 'sh'] });
    const frames = ours(64);
    const seen = await leaving(bed, 65, async () => {
      await bed.agent.arm('tap0', frames, { holdUs: 0 });
      await bed.qemu.write('tap0', rarp(QEMU));
      expect(await bed.agent.go('tap0')).toMatchObject({
        firedBy: 'kernel',
        sent: 0,
        shortfall: expect.stringContaining('held') as string,
      });
    });
    expect(seen).toEqual([rarp(QEMU), ...frames]);
    await bed.agent.close();
  });

  it('are no more than is granted, over all ports, and the agent sends the rest', async () => {
    const bed = await prepared();
    const frames = ours(40);
    expect(await bed.agent.lend(20)).toBe(16);
    const seen = await leaving(bed, 41, async () => {
      await bed.agent.arm('tap0', frames, { ungranted: 2 });
      await bed.qemu.write('tap0', rarp(QEMU));
      expect(await bed.agent.go('tap0')).toMatchObject({ firedBy: 'kernel', sent: 18, drawn: 16 });
    });
    expect(seen).toEqual([rarp(QEMU), ...frames]);
    expect(await bed.agent.lend(100)).toBe(96);
    expect(await bed.agent.reclaim()).toBe(96);
    await bed.agent.close();
  });

  it('do not leave once their agent has been stuck for as long as its lease', {
    timeout: 30_000,
  }, async () => {
    const bed = await prepared();
    const seen = await leaving(bed, 1, async () => {
      await bed.agent.arm('tap0', ours(4));
      const stuck = bed.agent.hang(LEASE_MS + 1000);
      await sleep(LEASE_MS);
      await bed.qemu.write('tap0', rarp(QEMU));
      await stuck;
    });
    expect(seen).toEqual([rarp(QEMU)]);
    expect(await bed.agent.take('tap0')).toEqual({ firedBy: 'agent' });
    await bed.agent.close();
  });

  it('are armed for as long as their agent lives', { timeout: 90_000 }, async () => {
    const bed = await prepared();
    await bed.agent.arm('tap0', ours(4));
    await sleep(LEASE_MS + 1000);
    await bed.qemu.write('tap0', rarp(QEMU));
    expect(await bed.agent.take('tap0')).toMatchObject({ firedBy: 'kernel', sent: 4 });
    await bed.agent.close();
  });

  it('are not set off at a tap that another process opened since', async () => {
    const bed = await prepared();
    await bed.agent.arm('tap0', ours(4));
    await bed.qemu.kill();
    const next = new SinkDriver(bed.host);
    await next.hold('tap0');
    await sleep(DISARMED_MS);
    const seen = await leaving({ ...bed, qemu: next }, 1, () => next.write('tap0', rarp(QEMU)));
    expect(seen).toEqual([rarp(QEMU)]);
    expect(await bed.agent.take('tap0')).toEqual({ firedBy: 'agent' });
    await bed.agent.close();
  });

  it('are told to be lost where the port lets nothing further', async () => {
    const bed = await prepared();
    bed.host.ip('link set br0 type bridge stp_state 1 forward_delay 3000');
    bed.host.ip('link set tap0 down');
    bed.host.ip('link set tap0 up');
    await bed.agent.arm('tap0', ours(4));
    await bed.qemu.write('tap0', rarp(QEMU));
    expect(await bed.agent.take('tap0')).toMatchObject({ firedBy: 'kernel', sent: 4, isLost: true });
    await bed.agent.close();
  });

  it('that are too long for the kernel are refused', async () => {
    const { agent } = await prepared();
    expect(await agent.arm('tap0', [rarp(QEMU), ethernet(QEMU, 0x88b6, '11'.repeat(112))])).toMatchObject({
      code: 'HERALD_TRIGGER_REFUSED',
      refusal: expect.stringContaining('frame 1 has 126 bytes') as string,
    });
    await agent.close();
  });

  it.each(['tcx', 'qdisc'] as const)(
    'by %s do not leave, and are armed no more, once their agent was killed and another started',
    { timeout: 240_000 },
    async (way) => {
      process.env['HERALD_TEST_TCX'] = way === 'tcx' ? 'yes' : 'no';
      const bed = await prepared();
      let { agent } = bed;
      for (let kills = 1; kills <= KILLS; kills++) {
        const arming = agent.arm('tap0', ours(64)).catch(() => 'killed in between');
        if (kills % 2 === 0) await arming;
        else await sleep((kills % 12) * 3);
        await agent.kill();
        await arming;
        agent = new SinkDriver(bed.host);
        await agent.start();
        expect(bed.host.tc('filter show dev tap0 ingress')).toBe('');
        const seen = await leaving(bed, 1, () => bed.qemu.write('tap0', rarp(QEMU)));
        expect(seen).toEqual([rarp(QEMU)]);
        await agent.open('tap0');
        expect(await agent.arm('tap0', ours(2))).toBe('armed');
      }
      await agent.close();
    },
  );
});
