import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LearnedStations, stationKey, stationOf } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const MAC = '52:54:00:00:00:01';
const C_TAG = 0x8100;
const S_TAG = 0x88a8;

type Tag = readonly [type: number, tci: number];

/** A broadcast frame from an address, with tags from the outermost on, as hexadecimal. */
const frameFrom = (source: string, ...tags: readonly Tag[]): string => broadcast(source, tags, '88b5');
const rarpFrom = (source: string, ...tags: readonly Tag[]): string => broadcast(source, tags, '8035');
const broadcast = (source: string, tags: readonly Tag[], etherType: string): string => {
  const words = tags.map(([type, tci]) => hex(type, 4) + hex(tci, 4)).join('');
  return `ffffffffffff${source.replaceAll(':', '')}${words}${etherType}${'00'.repeat(46)}`;
};
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const macOf = (index: number): string => `52:54:01:${hex(index, 6).match(/../g)?.join(':')}`;
const keysOf = ({ stations }: LearnedStations): readonly string[] =>
  stations.map(({ station }) => stationKey(station));

describe.skipIf(missing)(
  `learning at real taps of a real bridge${missing ? ` (skipped: ${missing})` : ''}`,
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
    const learnFilters = (host: NetworkSandbox): number =>
      host.tc('filter show dev tap0 ingress').match(/nic-herald-learn/g)?.length ?? 0;
    /** The queueing discipline for what comes in at tap0. */
    const discipline = (host: NetworkSandbox): string | undefined =>
      /qdisc (clsact|ingress) /.exec(host.tc('qdisc show dev tap0'))?.[1];

    describe.each(['tcx', 'qdisc'] as const)('in the kernel, by %s', (way) => {
      /** A host with tap0, its guest's end held, and the in-kernel learner open there. */
      const learning = async (...more: string[]): Promise<[NetworkSandbox, LearnerDriver]> => {
        const host = sandbox('tap0', ...more);
        const driver = new LearnerDriver(host);
        await driver.hold('tap0', ...more);
        await driver.open('tap0', way);
        return [host, driver];
      };

      it.each([
        [['net_admin', 'sys_admin'], 'CAP_NET_ADMIN'],
        [['bpf', 'sys_admin'], 'CAP_BPF'],
      ])('is refused without %s, says so and leaves nothing', async (without, named) => {
        const host = sandbox('tap0');
        const before = host.interfaces();
        const driver = new LearnerDriver(host, without);
        const refusal = {
          code: 'HERALD_LEARNER_UNAVAILABLE',
          message: expect.stringContaining(named) as string,
        };
        await expect(driver.open('tap0', way)).rejects.toMatchObject(refusal);
        await expect(driver.probe()).resolves.toMatchObject({
          learner: 'linux-bridge',
          missing: [named],
          refused: refusal,
        });
        expect(discipline(host)).toBeUndefined();
        expect(host.interfaces()).toEqual(before);
      });

      it('needs no more than CAP_NET_ADMIN and CAP_BPF', async () => {
        const host = sandbox('tap0');
        const driver = new LearnerDriver(host, ['sys_admin', 'perfmon', 'net_raw', 'sys_resource']);
        await driver.hold('tap0');
        await driver.open('tap0', way);
        await driver.write('tap0', [frameFrom(MAC)]);
        expect(keysOf(await driver.read('tap0'))).toEqual([MAC]);
      });

      it('is refused at a port that is no interface', async () => {
        const driver = new LearnerDriver(sandbox());
        await expect(driver.open('tap7', way)).rejects.toMatchObject({ code: 'HERALD_PORT_MISSING' });
      });

      it('is refused where another process learns, naming it, which goes on', async () => {
        const [host, first] = await learning();
        const second = new LearnerDriver(host);
        await expect(second.open('tap0', way)).rejects.toMatchObject({
          code: 'HERALD_LEARNER_BUSY',
          message: expect.stringContaining(`process ${first.pid} of user 0`) as string,
        });
        await first.write('tap0', [frameFrom(MAC)]);
        expect(keysOf(await first.read('tap0'))).toEqual([MAC]);
      });

      it.each<[string, string, string[]]>([
        ['a group source', frameFrom('01:00:5e:00:00:01'), []],
        ['a broadcast source', frameFrom('ff:ff:ff:ff:ff:ff'), []],
        ['a zero source', frameFrom('00:00:00:00:00:00'), []],
        ['the reserved VLAN 4095', frameFrom(MAC, [C_TAG, 4095]), []],
        ['a RARP, as QEMU itself sends at the tap', rarpFrom(MAC), []],
        ['a RARP in a VLAN', rarpFrom(MAC, [C_TAG, 22]), []],
        ['no tag', frameFrom(MAC), [MAC]],
        ['VLAN 22', frameFrom(MAC, [C_TAG, 22]), [`${MAC}/22`]],
        ['VLAN 4094 and a priority', frameFrom(MAC, [C_TAG, 0xeffe]), [`${MAC}/4094`]],
        ['a priority tag', frameFrom(MAC, [C_TAG, 0x6000]), [MAC]],
        ['two customer tags: the outer one counts', frameFrom(MAC, [C_TAG, 22], [C_TAG, 33]), [`${MAC}/22`]],
        ['a priority tag before a tag', frameFrom(MAC, [C_TAG, 0], [C_TAG, 33]), [MAC]],
        ['a service tag: untagged to a bridge', frameFrom(MAC, [S_TAG, 22]), [MAC]],
        ['a service tag before a customer tag', frameFrom(MAC, [S_TAG, 22], [C_TAG, 33]), [MAC]],
        [
          'an address with every bit but the group one',
          frameFrom('fe:ff:ff:ff:ff:ff'),
          ['fe:ff:ff:ff:ff:ff'],
        ],
      ])('learns from %s', async (_what, frame, stations) => {
        const [, driver] = await learning();
        await driver.write('tap0', [frame]);
        const learned = await driver.read('tap0');
        expect(keysOf(learned)).toEqual(stations);
        expect(learned).toMatchObject({ exactVlans: true, capacity: 1024 });
      });

      it('tells the latest seen first, with ages on the clock of this process', async () => {
        const [, driver] = await learning();
        const since = process.hrtime.bigint();
        await driver.write('tap0', [frameFrom(macOf(1)), frameFrom(macOf(2)), frameFrom(macOf(3))]);
        await driver.write('tap0', [frameFrom(macOf(1))]);
        const learned = await driver.read('tap0');
        const elapsedMs = Number(process.hrtime.bigint() - since) / 1e6;
        expect(keysOf(learned)).toEqual([macOf(1), macOf(3), macOf(2)]);
        for (const { ageMs } of learned.stations) expect(ageMs).toBeLessThanOrEqual(Math.ceil(elapsedMs));
      });

      it('does not learn what nic-herald injects, which the bridge does learn', async () => {
        const [host, driver] = await learning();
        const ours = [frameFrom(macOf(1)), frameFrom(macOf(2), [C_TAG, 22])];
        expect(await driver.inject('tap0', ours)).toEqual({ accepted: 2 });
        await driver.write('tap0', [frameFrom(MAC)]);
        expect(host.learnedAt(macOf(1))).toEqual(['tap0']);
        expect(host.learnedAt(macOf(2))).toEqual(['tap0']);
        expect(keysOf(await driver.read('tap0'))).toEqual([MAC]);
      });

      it('takes memory for what is there, keeps who goes on speaking in a flood, and has room again a second later', async () => {
        const [, driver] = await learning();
        const before = await driver.mapBytes();
        for (let flood = 0; flood < 8; flood++) {
          const frames = Array.from({ length: 1024 }, (_, index) => frameFrom(macOf(flood * 1024 + index)));
          for (let at = 0; at < frames.length; at += 64) frames.splice(at, 0, frameFrom(MAC));
          await driver.write('tap0', frames);
        }
        const learned = await driver.read('tap0');
        expect(learned.stations.length).toBeLessThanOrEqual(1024);
        expect(learned.stations.length).toBeGreaterThan(512);
        expect(keysOf(learned)).toContain(MAC);
        expect(before).toBeGreaterThan(0);
        await driver.write('tap0', [frameFrom(macOf(9000))]);
        expect(keysOf(await driver.read('tap0'))).toContain(macOf(9000));
        await driver.write(
          'tap0',
          Array.from({ length: 1024 }, (_, index) => frameFrom(macOf(10_000 + index))),
        );
        await sleep(1500);
        await driver.write('tap0', [frameFrom(macOf(20_000))]);
        expect(keysOf(await driver.read('tap0'))).toContain(macOf(20_000));
        expect(await driver.mapBytes()).toBeLessThan(3 * before);
      });

      it('keeps the ports apart: a flood at one costs the other nothing', async () => {
        const [, driver] = await learning('tap1');
        await driver.open('tap1', way);
        await driver.write('tap1', [frameFrom(macOf(1)), frameFrom(macOf(2), [C_TAG, 7])]);
        await driver.write(
          'tap0',
          Array.from({ length: 4096 }, (_, index) => frameFrom(macOf(1000 + index))),
        );
        expect(keysOf(await driver.read('tap1'))).toEqual([`${macOf(2)}/7`, macOf(1)]);
      });

      it('leaves the port as it was', async () => {
        const [host, driver] = await learning();
        expect(discipline(host)).toBe(way === 'tcx' ? undefined : 'ingress');
        await driver.close('tap0');
        await driver.close('tap0');
        expect(discipline(host)).toBeUndefined();
        expect(await driver.mapBytes()).toBe(0);
      });

      it.each([
        ['clsact', 'qdisc add dev tap0 clsact', 'ingress'],
        ['ingress', 'qdisc add dev tap0 ingress', 'parent ffff:'],
      ])('goes beside filters at a %s qdisc of somebody else, and leaves them', async (kind, add, hook) => {
        const host = sandbox('tap0');
        host.tc(add);
        host.tc(`filter add dev tap0 ${hook} prio 1 protocol all u32 match u32 0 0 flowid 1:1`);
        host.tc(`filter add dev tap0 ${hook} prio 5 protocol ip u32 match u32 0 0 flowid 1:1`);
        const driver = new LearnerDriver(host);
        await driver.hold('tap0');
        await driver.open('tap0', way);
        expect(learnFilters(host)).toBe(way === 'tcx' ? 0 : 1);
        host.tc(`filter del dev tap0 ${hook} prio 1`); // which took every frame before a filter of ours
        await driver.write('tap0', [frameFrom(MAC)]);
        expect(keysOf(await driver.read('tap0'))).toEqual([MAC]);
        await driver.close('tap0');
        expect(learnFilters(host)).toBe(0);
        expect(host.tc('qdisc show dev tap0')).toContain(`qdisc ${kind} ffff:`);
        expect(host.tc(`filter show dev tap0 ${hook}`)).toContain('pref 5 u32');
      });

      it('passes every frame on to the filters behind it', async () => {
        const [host, driver] = await learning();
        if (way === 'tcx') host.tc('qdisc add dev tap0 ingress');
        const mirror = 'action mirred egress mirror dev up0'; // an action counts what it gets
        host.tc(`filter add dev tap0 parent ffff: prio 20 protocol all u32 match u32 0 0 ${mirror}`);
        await driver.write('tap0', [frameFrom(MAC), frameFrom(MAC, [C_TAG, 22]), frameFrom(macOf(1))]);
        expect(host.tc('-s filter show dev tap0 ingress')).toMatch(/Sent \d+ bytes 3 pkt/);
        await driver.close('tap0');
        expect(discipline(host)).toBe('ingress'); // maybe ours, but used by another's filter now
        expect(host.tc('filter show dev tap0 ingress')).toContain('pref 20 u32');
      });

      it('replaces what a killed process left, down to the qdisc', async () => {
        const [host, killed] = await learning();
        await killed.write('tap0', [frameFrom(macOf(1))]);
        await killed.kill();
        expect(learnFilters(host)).toBe(way === 'tcx' ? 0 : 1);
        const next = new LearnerDriver(host);
        await next.hold('tap0');
        await next.open('tap0', way);
        expect(learnFilters(host)).toBe(way === 'tcx' ? 0 : 1);
        await next.write('tap0', [frameFrom(MAC)]);
        expect(keysOf(await next.read('tap0'))).toEqual([MAC]);
        await next.close('tap0');
        expect(discipline(host)).toBeUndefined();
      });

      it('tells of a port that vanished or was made anew, and learns at the new one', async () => {
        const [host, driver] = await learning();
        host.ip('link delete tap0');
        await expect(driver.read('tap0')).rejects.toMatchObject({ code: 'HERALD_PORT_MISSING' });
        host.ip('tuntap add tap0 mode tap');
        await expect(driver.read('tap0')).rejects.toMatchObject({ code: 'HERALD_PORT_MISSING' });
        await driver.close('tap0');
        host.ip('link set tap0 up');
        await driver.hold('tap0');
        await driver.open('tap0', way);
        await driver.write('tap0', [frameFrom(MAC)]);
        expect(keysOf(await driver.read('tap0'))).toEqual([MAC]);
      });

      it('is probed without a trace', async () => {
        const host = sandbox();
        const before = host.interfaces();
        const probe = await new LearnerDriver(host).probe();
        expect(probe).toMatchObject({
          learner: 'linux-bpf',
          missing: [],
          way: /^(tcx|qdisc)$/.exec(probe.way ?? '')?.[0],
        });
        expect(probe.refused).toBeUndefined();
        expect(host.interfaces()).toEqual(before);
      });
    });

    describe("from the bridge's table", () => {
      const reading = async (): Promise<[NetworkSandbox, LearnerDriver]> => {
        const host = sandbox('tap0', 'tap1');
        const driver = new LearnerDriver(host, ['net_raw', 'bpf', 'sys_admin']);
        await driver.hold('tap0', 'tap1');
        await driver.open('tap0', 'linux-bridge');
        return [host, driver];
      };

      it('is for ports of a Linux bridge alone', async () => {
        const [host, driver] = await reading();
        expect(await driver.supports('linux-bridge', 'tap0')).toBe(true);
        expect(await driver.supports('linux-bridge', 'tap7')).toBe(false);
        host.ip('link set tap0 nomaster');
        expect(await driver.supports('linux-bridge', 'tap0')).toBe(false);
        await expect(driver.read('tap0')).rejects.toMatchObject({ code: 'HERALD_PORT_NOT_BRIDGED' });
        host.ip('link delete tap0');
        await expect(driver.read('tap0')).rejects.toMatchObject({ code: 'HERALD_PORT_MISSING' });
      });

      it("tells the port's own learned MACs: no other port's, no static ones, not the tap's own", async () => {
        const [host, driver] = await reading();
        execFileSync('bridge', [
          '-n',
          host.namespace,
          ...'fdb add 52:54:00:00:00:77 dev tap0 master static'.split(' '),
        ]);
        await driver.write('tap1', [frameFrom(macOf(9))]);
        await driver.write('tap0', [frameFrom(macOf(1)), frameFrom(macOf(2), [C_TAG, 22])]);
        const learned = await driver.read('tap0');
        expect(new Set(keysOf(learned))).toEqual(new Set([macOf(1), macOf(2)]));
        expect(learned).toMatchObject({ exactVlans: false, capacity: 1024 });
      });

      it('leaves out what was injected until the guest itself is seen', async () => {
        const host = sandbox('tap0');
        const driver = new LearnerDriver(host);
        await driver.hold('tap0');
        await driver.open('tap0', 'linux-bridge');
        await driver.write('tap0', [frameFrom(MAC)]);
        await driver.inject('tap0', [frameFrom(macOf(1))]);
        await driver.injected('tap0', [stationOf(MacAddress.of(macOf(1)))]);
        expect(host.learnedAt(macOf(1))).toEqual(['tap0']);
        expect(keysOf(await driver.read('tap0'))).toEqual([MAC]);
        const seen = async (): Promise<boolean> => {
          await driver.write('tap0', [frameFrom(macOf(1))]);
          return keysOf(await driver.read('tap0')).includes(macOf(1));
        };
        await expect.poll(seen).toBe(true);
      });

      it('knows exact pairs where the bridge looks at VLANs', async (context) => {
        const [host, driver] = await reading();
        const bridge = (words: string) =>
          execFileSync('bridge', ['-n', host.namespace, ...words.split(' ')], { stdio: 'pipe' });
        try {
          host.ip('link set br0 type bridge vlan_filtering 1');
        } catch {
          context.skip('this kernel has no CONFIG_BRIDGE_VLAN_FILTERING');
        }
        bridge('vlan add dev tap0 vid 22');
        bridge('vlan add dev tap0 vid 7 pvid untagged');
        await driver.write('tap0', [frameFrom(macOf(1)), frameFrom(macOf(2), [C_TAG, 22])]);
        const learned = await driver.read('tap0');
        expect(new Set(keysOf(learned))).toEqual(new Set([macOf(1), `${macOf(2)}/22`]));
        expect(learned.exactVlans).toBe(true);
      });
    });
  },
);
