import { encodeRarp, MacAddress, rarpLength, VlanId } from '@nic-herald/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { SinkDriver } from './sink-driver.js';

const missing = privilegeMissing();

const announcement = (mac: string, vlan?: number): string => {
  const frame = { mac: MacAddress.of(mac), vlan: vlan === undefined ? undefined : VlanId.of(vlan) };
  const bytes = new Uint8Array(rarpLength(frame));
  encodeRarp(frame, bytes, 0);
  return hex(bytes);
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe.skipIf(missing)(
  `the Linux tap sink, in a real bridge${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    const sandboxes: NetworkSandbox[] = [];
    const sandbox = (...taps: string[]): NetworkSandbox => {
      const made = new NetworkSandbox(taps);
      sandboxes.push(made);
      return made;
    };
    afterEach(() => {
      for (const made of sandboxes.splice(0)) made.remove();
    });

    describe('refuses', () => {
      it.each([
        [['net_admin'], ['CAP_NET_ADMIN']],
        [['net_raw'], ['CAP_NET_RAW']],
        [['bpf', 'sys_admin'], ['CAP_BPF']],
        [
          ['net_admin', 'net_raw', 'bpf', 'sys_admin'],
          ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_BPF'],
        ],
      ])('to start without %s, says so and leaves nothing', async (without, named) => {
        const host = sandbox();
        const before = host.interfaces();
        const driver = new SinkDriver(host, without);
        const refusal = {
          code: 'HERALD_SINK_UNAVAILABLE',
          message: expect.stringContaining(named.join(' and ')) as string,
        };
        await expect(driver.start()).rejects.toMatchObject(refusal);
        await expect(driver.probe()).resolves.toMatchObject({ usable: false, missing: named, ...refusal });
        expect(host.interfaces()).toEqual(before);
      });

      it('a second owner, naming the first, which goes on', async () => {
        const host = sandbox('tap0');
        const [first, second] = [new SinkDriver(host), new SinkDriver(host)];
        await first.hold('tap0');
        await first.start();
        await first.open('tap0');
        await expect(second.start()).rejects.toMatchObject({
          code: 'HERALD_SINK_BUSY',
          message: expect.stringContaining(`process ${first.pid} of user 0`) as string,
        });
        await expect(second.probe()).resolves.toMatchObject({ usable: true });
        expect(await first.health('tap0')).toEqual({ ready: true });
        expect(await first.send('tap0', [announcement('52:54:00:00:00:01')])).toEqual({ accepted: 1 });
        expect(host.learnedAt('52:54:00:00:00:01')).toEqual(['tap0']);
        await first.close();
        await second.start();
      });

      it("to take an interface named herald0 that is somebody else's", async () => {
        const host = sandbox();
        host.ip('link add herald0 type bridge');
        const driver = new SinkDriver(host);
        await expect(driver.start()).rejects.toMatchObject({ code: 'HERALD_SINK_NAME_TAKEN' });
        expect(host.interfaces()).toContain('herald0');
      });

      it.each(['tap7', '', 'a/b', 'x'.repeat(16), 'tap0\n'])(
        'a port that is no interface: %j',
        async (port) => {
          const driver = new SinkDriver(sandbox('tap0'));
          await driver.start();
          await expect(driver.open(port)).rejects.toMatchObject({ code: 'HERALD_PORT_MISSING' });
        },
      );
    });

    it('injects at the tap: learned there, flooded to the uplink with its tag', async () => {
      const host = sandbox('tap0', 'tap1');
      const driver = new SinkDriver(host);
      for (const tap of ['tap0', 'tap1']) await driver.hold(tap);
      await driver.start();
      for (const tap of ['tap0', 'tap1']) await driver.open(tap);
      const atTap0 = [announcement('52:54:00:00:00:01'), announcement('52:54:00:00:00:02', 10)];
      const atTap1 = [announcement('52:54:00:00:00:03', 4094)];
      const captured = await host.capture('wire0', 3);
      expect(await driver.send('tap0', atTap0)).toEqual({ accepted: 2 });
      expect(await driver.send('tap1', atTap1)).toEqual({ accepted: 1 });
      expect((await captured()).map(hex)).toEqual([...atTap0, ...atTap1]);
      expect(host.learnedAt('52:54:00:00:00:01')).toEqual(['tap0']);
      expect(host.learnedAt('52:54:00:00:00:02')).toEqual(['tap0']);
      expect(host.learnedAt('52:54:00:00:00:03')).toEqual(['tap1']);
    });

    it('sends more than one system call takes, in order and whole', async () => {
      const host = sandbox('tap0');
      const driver = new SinkDriver(host);
      await driver.hold('tap0');
      await driver.start();
      await driver.open('tap0');
      const frames = Array.from({ length: 2500 }, (_, index) =>
        announcement(
          `52:54:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
          7,
        ),
      );
      const captured = await host.capture('wire0', frames.length);
      expect(await driver.send('tap0', frames)).toEqual({ accepted: frames.length });
      expect((await captured()).map(hex)).toEqual(frames);
    });

    it('sends towards the guest: out of the tap, not into the bridge', async () => {
      const host = sandbox('tap0');
      const driver = new SinkDriver(host);
      await driver.hold('tap0');
      await driver.start();
      await driver.open('tap0', 'to-guest');
      const frame = announcement('52:54:00:00:00:09', 10);
      expect(await driver.send('tap0', [frame])).toEqual({ accepted: 1 });
      expect(await driver.read('tap0')).toBe(frame);
      expect(host.learnedAt('52:54:00:00:00:09')).toEqual([]);
    });

    it('moves an entry from the uplink to the tap', async () => {
      const host = sandbox('tap0');
      const driver = new SinkDriver(host);
      host.ip('link set wire0 address 52:54:00:00:00:01');
      await driver.hold('tap0');
      await driver.start();
      await driver.open('tap0');
      await driver.open('wire0', 'to-guest'); // out of wire0 is in at up0
      await driver.send('wire0', [announcement('52:54:00:00:00:01')]);
      expect(host.learnedAt('52:54:00:00:00:01')).toEqual(['up0']);
      await driver.send('tap0', [announcement('52:54:00:00:00:01')]);
      expect(host.learnedAt('52:54:00:00:00:01')).toEqual(['tap0']);
    });

    it.each<[string, (host: NetworkSandbox) => void, string]>([
      ['vanished', (host) => host.ip('link delete tap0'), 'HERALD_PORT_MISSING'],
      [
        'was made again under its name',
        (host) => {
          host.ip('link delete tap0');
          host.ip('tuntap add tap0 mode tap');
        },
        'HERALD_PORT_MISSING',
      ],
      ['is down', (host) => host.ip('link set tap0 down'), 'HERALD_PORT_DOWN'],
      [
        'waits for the spanning tree',
        (host) => {
          host.ip('link set br0 type bridge stp_state 1 forward_delay 3000');
          host.ip('link set tap0 down');
          host.ip('link set tap0 up');
        },
        'HERALD_PORT_NOT_FORWARDING',
      ],
    ])('tells of a port that %s', async (_what, change, code) => {
      const host = sandbox('tap0');
      const driver = new SinkDriver(host);
      await driver.hold('tap0');
      await driver.start();
      await driver.open('tap0');
      expect(await driver.health('tap0')).toEqual({ ready: true });
      change(host);
      expect(await driver.health('tap0')).toMatchObject({ ready: false, code });
    });

    it('tells of a tap that nobody has open', async () => {
      const host = sandbox('tap0');
      const driver = new SinkDriver(host);
      await driver.start();
      await driver.open('tap0');
      expect(await driver.health('tap0')).toMatchObject({ ready: false, code: 'HERALD_PORT_NO_CARRIER' });
    });

    it('reports frames that its own interface refuses', async () => {
      const host = sandbox('tap0');
      const driver = new SinkDriver(host);
      await driver.start();
      await driver.open('tap0');
      host.ip('link set herald0 down');
      const frames = [announcement('52:54:00:00:00:01'), announcement('52:54:00:00:00:02')];
      expect(await driver.send('tap0', frames)).toEqual({
        accepted: 0,
        failure: 'ENETDOWN at frame 0; 2 of 2 frames refused',
      });
      host.ip('link set herald0 up');
      expect(await driver.send('tap0', frames)).toEqual({ accepted: 2 });
    });

    it('clears away what a killed owner left, and leaves nothing when closed', async () => {
      const host = sandbox();
      const before = host.interfaces();
      const killed = new SinkDriver(host);
      await killed.start();
      await killed.kill();
      expect(host.interfaces()).toContain('herald0');
      const next = new SinkDriver(host);
      await next.start();
      expect(host.interfaces()).toHaveLength(before.length + 2);
      await next.close();
      expect(host.interfaces()).toEqual(before);
      await expect(next.probe()).resolves.toEqual({ usable: true, missing: [] });
      expect(host.interfaces()).toEqual(before);
    });
  },
);
