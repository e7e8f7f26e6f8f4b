import { setTimeout as sleep } from 'node:timers/promises';
import { type Station, stationKey } from '@nic-herald/core';
import { encodeRarp, MacAddress, sealRarp, VlanId } from '@nic-herald/wire';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { arp, C_TAG, ethernet, hex, S_TAG, type Tag } from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { ProofDriver, type TakenFrame } from './proof-driver.js';

const missing = privilegeMissing();
/** On a machine that does much else, starting a process takes many seconds. */
const SLOW_MS = 180_000;
/** Until a change of interfaces is known, or a socket is closed. */
const SOON = { timeout: 2000, interval: 50 };
/** Long enough to tell one frame's age from another's. */
const PAUSE_MS = 60;

const VLAN = 22;
const GUEST = '52:54:00:00:00:01';
const SECOND = '52:54:00:00:00:02';
const STRANGER = '52:54:00:00:00:0a';
const PEER = '52:54:00:00:00:0f';
/** What is sent for it comes behind all that is to be passed over. */
const LAST = '52:54:00:00:00:1f';

const station = (mac: string, vlan?: number): Station => ({
  mac: MacAddress.of(mac),
  ...(vlan !== undefined && { vlan: VlanId.of(vlan) }),
});
const keyOf = (mac: string, vlan?: number) => stationKey(station(mac, vlan));
/** What a look is about. */
const SOUGHT = [GUEST, SECOND, PEER].map((mac) => station(mac));
const to = (mac: string, ...tags: readonly Tag[]) => ethernet(PEER, 0x88b5, '00', tags, mac);
const from = (mac: string) => ethernet(mac, 0x88b5, '00');

const rarp = (of: Station): Uint8Array => {
  const frame = new Uint8Array(64);
  return frame.subarray(0, encodeRarp(of, frame, 0));
};
const SEAL = '0102030405060708';
const SECOND_SEAL = '1112131415161718';
const LAST_SEAL = 'ff00ff00ff00ff00';
const sealed = (of: Station, seal = SEAL): string => {
  const frame = rarp(of);
  sealRarp(frame, Buffer.from(seal, 'hex'));
  return Buffer.from(frame).toString('hex');
};
/** Where the padding of an untagged RARP is over its seal, in digits: two for the mark, eight for the seal. */
const SEAL_ENDS = (42 + 2 + 8) * 2;

describe.skipIf(missing)(
  `what a proof sees at real ports${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: SLOW_MS },
  () => {
    const sandboxes: NetworkSandbox[] = [];
    afterEach(() => {
      for (const made of sandboxes.splice(0)) made.remove();
    });
    /** A bridge with two guests' taps and an uplink, all of which forward. */
    const laid = async () => {
      const host = new NetworkSandbox(['tap0', 'tap1']);
      sandboxes.push(host);
      const driver = new ProofDriver(host);
      await driver.hold('tap0', 'tap1');
      const port = { kind: 'tap', name: 'tap0', index: host.indexOf('tap0') };
      await vi.waitFor(
        async () => expect(await driver.look(port, SOUGHT)).toMatchObject({ in: 'bridge', forwards: true }),
        SOON,
      );
      return { host, driver, port };
    };
    const noneListens = (driver: ProofDriver) =>
      vi.waitFor(async () => expect(await driver.listening()).toEqual([]), SOON);

    describe('of frames that reach the guest', () => {
      const watching = async (...awaited: readonly Station[]) => {
        const at = await laid();
        await at.driver.watch('tap0');
        await at.driver.await(...awaited);
        return at;
      };
      /**
       * Reads once frames for just these stations came. Frames keep their order, so those before the last of them were seen, too;
       * that one may come late where the kernel puts its work off.
       */
      const arrived = (driver: ProofDriver, ...keys: readonly string[]) =>
        vi.waitFor(async () => {
          const all = await driver.read();
          expect(new Set(Object.keys(all))).toEqual(new Set(keys));
          return all;
        }, SOON);

      it.each(['wire0', 'tap1'])(
        'is those for awaited stations, untagged and tagged, from %s',
        async (by) => {
          const { driver } = await watching(station(GUEST), station(GUEST, VLAN), station(SECOND));
          await driver.write(by, [to(GUEST)]);
          await arrived(driver, keyOf(GUEST));
          await driver.write(by, [to(GUEST, [C_TAG, VLAN])]);
          await arrived(driver, keyOf(GUEST), keyOf(GUEST, VLAN));
        },
      );

      it('is a frame whose tag has a priority, or stands in the frame', async () => {
        const { host, driver } = await watching(station(GUEST, VLAN), station(SECOND, VLAN));
        await driver.write('wire0', [to(GUEST, [C_TAG, 0xe000 | VLAN])]);
        await arrived(driver, keyOf(GUEST, VLAN));
        // of what another process sends at the port itself, the tag has not been taken off
        await new ProofDriver(host).write('tap0', [to(SECOND, [C_TAG, VLAN])]);
        await arrived(driver, keyOf(GUEST, VLAN), keyOf(SECOND, VLAN));
      });

      it('is no frame to others, in other VLANs, to groups or from the guest', async () => {
        const { driver } = await watching(station(GUEST), station(SECOND, VLAN), station(LAST));
        await driver.write('tap0', [to(GUEST), to(SECOND, [C_TAG, VLAN]), from(GUEST)]);
        await driver.write('wire0', [
          to(STRANGER),
          to('ff:ff:ff:ff:ff:ff'),
          to('01:00:5e:00:00:01'),
          to(GUEST, [C_TAG, VLAN]),
          to(GUEST, [C_TAG, VLAN], [C_TAG, 1]),
          to(GUEST, [S_TAG, VLAN]),
          to(SECOND),
          to(SECOND, [C_TAG, VLAN + 1]),
          to(SECOND, [S_TAG, VLAN]),
          to(LAST),
        ]);
        await arrived(driver, keyOf(LAST));
      });

      it('has the first of all and the first since the guest runs, each once', async () => {
        const [second, third] = [keyOf(SECOND), keyOf(STRANGER)];
        const { driver } = await watching(station(GUEST), station(SECOND), station(STRANGER));
        await driver.write('wire0', [to(GUEST)]);
        await arrived(driver, keyOf(GUEST));
        await sleep(PAUSE_MS);
        await driver.write('wire0', [to(GUEST), to(SECOND)]);
        const before = (await arrived(driver, keyOf(GUEST), second))[keyOf(GUEST)];
        expect(before?.firstAgeMs).toBeGreaterThanOrEqual(PAUSE_MS - 1);
        expect(before?.firstAgeMs).toBeLessThan(SLOW_MS);
        expect(before).not.toHaveProperty('runningAgeMs');

        await driver.guestRuns();
        expect((await driver.read())[keyOf(GUEST)]).not.toHaveProperty('runningAgeMs');
        const running = () =>
          vi.waitFor(async () => {
            const { firstAgeMs = 0, runningAgeMs = 0 } = (await driver.read())[keyOf(GUEST)] ?? {};
            expect(runningAgeMs).toBeGreaterThan(0);
            return { firstAgeMs, runningAgeMs };
          }, SOON);
        await driver.write('wire0', [to(GUEST)]);
        await running();
        await sleep(PAUSE_MS);
        await driver.write('wire0', [to(GUEST), to(STRANGER)]);
        await arrived(driver, keyOf(GUEST), second, third);
        const { firstAgeMs, runningAgeMs } = await running();
        expect(runningAgeMs).toBeGreaterThanOrEqual(PAUSE_MS - 1);
        expect(firstAgeMs - runningAgeMs).toBeGreaterThanOrEqual(PAUSE_MS - 1);
      });

      it('counts them until the guest runs, the first of those with them', async () => {
        const { driver } = await watching(station(GUEST), station(SECOND));
        const frames = async (mac: string) => (await driver.read())[keyOf(mac)]?.frames;
        await driver.write('wire0', [to(GUEST), to(STRANGER), to(GUEST), to(SECOND), to(GUEST)]);
        await vi.waitFor(async () => expect(await frames(GUEST)).toBe(3), SOON);
        expect(await frames(SECOND)).toBe(1);
        await driver.guestRuns();
        await driver.write('wire0', [to(GUEST), to(GUEST), to(SECOND)]);
        await vi.waitFor(async () => expect(await frames(SECOND)).toBe(2), SOON);
        expect(await frames(GUEST)).toBe(4);
      });

      it('has both at once of a station that is first spoken to when the guest runs', async () => {
        const { driver } = await watching(station(GUEST));
        await driver.guestRuns();
        await driver.write('wire0', [to(GUEST)]);
        const { firstAgeMs, runningAgeMs } = (await arrived(driver, keyOf(GUEST)))[keyOf(GUEST)] ?? {};
        expect(firstAgeMs).toBeDefined();
        expect(runningAgeMs).toBe(firstAgeMs);
      });

      it('forgets nothing as more stations are awaited, and takes no more than it has room for', async () => {
        const { driver } = await laid();
        await driver.watch('tap0', 2);
        await driver.await(station(GUEST));
        await driver.write('wire0', [to(GUEST)]);
        await arrived(driver, keyOf(GUEST));
        await sleep(PAUSE_MS);
        await driver.await(station(GUEST), station(SECOND));
        await driver.write('wire0', [to(GUEST), to(SECOND)]);
        const both = [keyOf(GUEST), keyOf(SECOND)];
        const { [keyOf(GUEST)]: first, [keyOf(SECOND)]: second } = await arrived(driver, ...both);
        expect((first?.firstAgeMs ?? 0) - (second?.firstAgeMs ?? 0)).toBeGreaterThanOrEqual(PAUSE_MS - 1);
        await expect(driver.await(station(STRANGER))).rejects.toMatchObject({ code: 'HERALD_SYSTEM_CALL' });
        await arrived(driver, ...both);
      });

      it('leaves no socket', async () => {
        const { driver, port } = await watching(station(GUEST));
        expect(await driver.listening()).toEqual([port.index]);
        await driver.endWatch();
        await noneListens(driver);
      });

      it.each([[['net_raw']], [['bpf', 'sys_admin']]])(
        'is refused without %s, and leaves no socket',
        async (without) => {
          const { host, driver } = await laid();
          const weak = new ProofDriver(host, without);
          await expect(weak.watch('tap0')).rejects.toMatchObject({
            code: 'HERALD_SYSTEM_CALL',
            message: expect.stringContaining('EPERM') as string,
          });
          expect(await driver.listening()).toEqual([]);
        },
      );
    });

    describe('of the port', () => {
      const soon = async (look: () => Promise<unknown>, wanted: object): Promise<void> => {
        await vi.waitFor(async () => expect(await look()).toMatchObject(wanted), SOON);
      };

      it('is what the bridge learned there and elsewhere', async () => {
        const { driver, port } = await laid();
        await driver.write('tap0', [from(GUEST)]);
        await driver.write('wire0', [from(SECOND)]);
        await driver.write('tap1', [from(PEER)]);
        const bridge = {
          in: 'bridge',
          forwards: true,
          learns: true,
          vlanAware: false,
          uplinks: [{ name: 'up0', isUp: true }],
        };
        const elsewhere = { [keyOf(SECOND)]: 'up0', [keyOf(PEER)]: 'tap1' };
        await soon(() => driver.look(port, SOUGHT, true), { elsewhere });
        expect(await driver.look(port, SOUGHT, true)).toEqual({ ...bridge, here: [keyOf(GUEST)], elsewhere });
        expect(await driver.look(port, SOUGHT)).toEqual({ ...bridge, here: [keyOf(GUEST)], elsewhere: {} });
        await driver.write('wire0', [from(GUEST)]);
        await soon(() => driver.look(port, SOUGHT, true), {
          here: [],
          elsewhere: { ...elsewhere, [keyOf(GUEST)]: 'up0' },
        });
      });

      it('is that it learns nothing', async () => {
        const { host, driver, port } = await laid();
        host.bridge('link set dev tap0 learning off');
        await driver.write('tap0', [from(GUEST)]);
        await soon(() => driver.look(port, SOUGHT, true), { learns: false, here: [], elsewhere: {} });
      });

      it('is that it does not forward: down, or disabled in the bridge', async () => {
        const { host, driver, port } = await laid();
        host.bridge('link set dev tap0 state 0'); // any other the bridge without STP makes forwarding again
        await soon(() => driver.look(port, SOUGHT), { in: 'bridge', forwards: false });
        host.bridge('link set dev tap0 state 3');
        await soon(() => driver.look(port, SOUGHT), { forwards: true });
        host.ip('link set tap0 down');
        await soon(() => driver.look(port, SOUGHT), { in: 'bridge', forwards: false });
      });

      it('is whether its uplinks are up: set down, or without what is beyond', async () => {
        const { host, driver, port } = await laid();
        host.ip('link set wire0 down');
        await soon(() => driver.look(port, SOUGHT), { uplinks: [{ name: 'up0', isUp: false }] });
        host.ip('link set wire0 up');
        await soon(() => driver.look(port, SOUGHT), { uplinks: [{ name: 'up0', isUp: true }] });
        host.ip('link set up0 down');
        await soon(() => driver.look(port, SOUGHT), { uplinks: [{ name: 'up0', isUp: false }] });
      });

      it('is that it is in nothing, then gone', async () => {
        const { host, driver, port } = await laid();
        host.ip('link set tap0 nomaster');
        await vi.waitFor(
          async () => expect(await driver.look(port, SOUGHT)).toEqual({ in: 'nothing' }),
          SOON,
        );
        host.ip('link delete tap0');
        await vi.waitFor(async () => expect(await driver.look(port, SOUGHT)).toEqual({ in: 'gone' }), SOON);
      });

      it('is nothing of one that is no interface, or in another network namespace', async () => {
        const { driver, port } = await laid();
        expect(await driver.look({ kind: 'vhost-user', name: 'tap0' }, SOUGHT)).toBeNull();
        expect(await driver.look({ ...port, namespace: 'net:[1]' }, SOUGHT)).toBeNull();
      });
    });

    describe('of sealed announcements', () => {
      const hearing = async () => {
        const at = await laid();
        await at.driver.listen('up0');
        return at;
      };
      /** Takes until the last one came that was sent, a seal being told; all in order of their seals. */
      const takenUntil = async (driver: ProofDriver, last: string) => {
        const all: Omit<TakenFrame, 'ageMs'>[] = [];
        await vi.waitFor(async () => {
          all.push(...(await driver.take()).map(({ station: of, seal }) => ({ station: of, seal })));
          expect(all.map(({ seal }) => seal)).toContain(last);
        }, SOON);
        return all.toSorted((a, b) => a.seal.localeCompare(b.seal));
      };

      it('is each once, untagged and tagged, with its seal', async () => {
        const { driver } = await hearing();
        const frames = [sealed(station(GUEST)), sealed(station(GUEST, VLAN), SECOND_SEAL)];
        const last = { station: station(LAST), seal: LAST_SEAL };
        const end = sealed(last.station, last.seal);
        await driver.write('wire0', [...frames, ...frames, end]);
        expect(await takenUntil(driver, LAST_SEAL)).toEqual([
          { station: station(GUEST), seal: SEAL },
          { station: station(GUEST, VLAN), seal: SECOND_SEAL },
          last,
        ]);
        expect(await driver.take()).toEqual([]);
        await driver.write('wire0', [...frames.slice(1), end]);
        expect(await takenUntil(driver, LAST_SEAL)).toEqual([
          { station: station(GUEST, VLAN), seal: SECOND_SEAL },
          last,
        ]);
      });

      it('has how long ago the first of it came in', async () => {
        const { driver } = await hearing();
        await driver.write('wire0', [sealed(station(GUEST))]);
        await sleep(PAUSE_MS);
        await driver.write('wire0', [sealed(station(GUEST)), sealed(station(LAST), LAST_SEAL)]);
        const taken: TakenFrame[] = [];
        await vi.waitFor(async () => {
          taken.push(...(await driver.take()));
          expect(taken.map(({ seal }) => seal)).toContain(LAST_SEAL);
        }, SOON);
        const ageMs = taken.find(({ seal }) => seal === SEAL)?.ageMs;
        expect(ageMs).toBeGreaterThanOrEqual(PAUSE_MS - 1);
        expect(ageMs).toBeLessThan(SLOW_MS);
      });

      it('is no other frame, and none that goes out', async () => {
        const { driver } = await hearing();
        const whole = sealed(station(GUEST));
        const inServiceTag = sealed(station(GUEST, VLAN)).replace('81000016', '88a80016');
        expect(inServiceTag).toContain('88a80016');
        const asArp = whole.replace('8035', '0806');
        expect(asArp).not.toBe(whole);
        await driver.write('tap0', [whole]);
        await driver.write('up0', [whole]);
        await driver.write('wire0', [
          Buffer.from(rarp(station(GUEST))).toString('hex'),
          arp({ mac: GUEST, operation: 1, senderIp: '192.0.2.1', targetIp: '192.0.2.2' }),
          asArp,
          inServiceTag,
          whole.slice(0, SEAL_ENDS - 2),
          whole.slice(0, 42 * 2),
          whole.slice(0, 20 * 2),
          sealed(station('53:54:00:00:00:01')), // from a group, as no station is
          sealed(station(LAST), LAST_SEAL).slice(0, SEAL_ENDS), // no longer than it has to be
        ]);
        expect(await takenUntil(driver, LAST_SEAL)).toEqual([{ station: station(LAST), seal: LAST_SEAL }]);
      });

      it('is at most 4096 of a flood, and what comes once they are taken', async () => {
        const { driver } = await hearing();
        const flood = Array.from({ length: 10_000 }, (_, index) =>
          sealed(station(`52:54:01:${hex(index, 6).match(/../g)?.join(':')}`), hex(index, 16)),
        );
        await driver.write('wire0', flood);
        const taken = await driver.take();
        expect(taken.length).toBe(4096);
        expect(new Set(taken.map(({ seal }) => seal)).size).toBe(4096);
        await driver.write('wire0', [sealed(station(LAST), LAST_SEAL)]);
        await takenUntil(driver, LAST_SEAL);
      });

      it('is heard at the interfaces that are named last, and leaves no socket', async () => {
        const { host, driver } = await hearing();
        expect(await driver.listening()).toEqual([host.indexOf('up0')]);
        await driver.listen('tap1');
        await vi.waitFor(async () => expect(await driver.listening()).toEqual([host.indexOf('tap1')]), SOON);
        await driver.write('wire0', [sealed(station(GUEST))]);
        await driver.write('tap1', [sealed(station(LAST), LAST_SEAL)]);
        expect(await takenUntil(driver, LAST_SEAL)).toEqual([{ station: station(LAST), seal: LAST_SEAL }]);
        await driver.endListening();
        await noneListens(driver);
      });
    });
  },
);
