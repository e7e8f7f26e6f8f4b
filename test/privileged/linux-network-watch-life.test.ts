import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NetworkSandbox } from './network-sandbox.js';
import { NetworkWatchDriver } from './network-watch-driver.js';
import {
  ANOTHER_PICTURE_MS,
  answers,
  asks,
  GUEST,
  IP,
  ipOf,
  LONG,
  listening,
  MANY,
  missing,
  NEIGHBOUR,
  OTHER,
  SLOW_MS,
  seenNext,
  type Watching,
  watching,
} from './watched-network.js';

describe.skipIf(missing)(
  `watching the network of a real bridge${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: SLOW_MS },
  () => {
    describe('as its ports and questions come and go', () => {
      const sandboxes: NetworkSandbox[] = [];
      afterEach(() => {
        for (const made of sandboxes.splice(0)) made.remove();
      });
      const watched = async (): Promise<Watching> => {
        const made = await watching();
        sandboxes.push(made.host);
        return made;
      };

      it('listens at taps that nobody asked about, and no more once somebody does', async () => {
        const at = await watched();
        const { host, driver } = at;
        await driver.look('tap1', {});
        await listening(at, IP);
        const [uplink, tap2] = [host.indexOf('up0'), host.indexOf('tap2')];
        await vi.waitFor(async () => expect(await driver.listening()).toContain(tap2), LONG);
        expect(new Set(await driver.listening())).toEqual(new Set([uplink, tap2]));
        await driver.write('tap0', [asks(GUEST, IP)]);
        await driver.write('tap1', [asks(OTHER, IP)]);
        await driver.write('tap2', [answers(NEIGHBOUR, IP)]);
        expect(await seenNext(driver, { addresses: [IP] })).toEqual([`tap2 ${NEIGHBOUR} - ${IP} answered`]);
        await driver.look('tap2', {});
        await vi.waitFor(async () => expect(await driver.listening()).toEqual([uplink]), LONG);
      });

      it('follows ports that come and go, at most 64 at once, and leaves nothing open', async () => {
        const at = await watched();
        const { host, driver } = at;
        const before = await driver.openFiles();
        await listening(at, IP);
        const more = Array.from({ length: 70 }, (_, index) => `more${index}`);
        host.ipAll(more.map((tap) => `tuntap add ${tap} mode tap`));
        host.ipAll(more.map((tap) => `link set ${tap} master br0 up`));
        await vi.waitFor(async () => expect((await driver.listening()).length).toBe(64), LONG);
        expect(await driver.listening()).toContain(host.indexOf('up0'));
        // two sockets by which interfaces are known, the maps and the program
        expect(await driver.openFiles()).toEqual({ all: before.all + 2 + 64 + 3, maps: 2 });
        host.ipAll([
          ...more.map((tap) => `link delete ${tap}`),
          'link add up1 type veth peer name wire1',
          'link set up1 master br0 up',
          'link set wire1 up',
        ]);
        const left = new Set(['up0', 'up1', 'tap1', 'tap2'].map((name) => host.indexOf(name)));
        await vi.waitFor(async () => expect(new Set(await driver.listening())).toEqual(left), LONG);
        await driver.write('wire1', [asks(NEIGHBOUR, IP)]);
        expect(await seenNext(driver, { addresses: [IP] })).toEqual([`up1 ${NEIGHBOUR} - ${IP} asserted`]);
        await driver.close();
        expect(await driver.listening()).toEqual([]);
        expect((await driver.look('tap0', { macs: [GUEST], addresses: [IP] })).look).toBeNull();
        expect(await driver.openFiles()).toEqual(before);
      });

      it('watches 4096 addresses, of which those asked about longest ago make room', async () => {
        const at = await watched();
        const { driver } = at;
        const [first, second, last, beyond] = [ipOf(0), ipOf(1), ipOf(MANY - 1), ipOf(MANY)];
        await listening(at, ...Array.from({ length: MANY + 1 }, (_, index) => ipOf(index)));
        const frames = [first, second, last, beyond].map((ip) => asks(NEIGHBOUR, ip));
        const by = (...all: string[]) =>
          all.map((ip) => `up0 ${NEIGHBOUR} - ${ip} asserted`).toSorted((a, b) => a.localeCompare(b));
        await driver.write('wire0', frames);
        // The question is about the one beyond the bound too: the first, not asked about again, makes room for it.
        expect(await seenNext(driver, { addresses: [last, beyond] })).toEqual(by(last));
        await driver.write('wire0', frames);
        await sleep(ANOTHER_PICTURE_MS);
        const { look } = await driver.look('tap0', { addresses: [first, second, last, beyond] });
        const ageOf = (ip: string) =>
          look?.sightings.find(({ address }) => address === ip)?.ageMs ?? Number.NaN;
        const latest = ageOf(beyond);
        for (const ip of [second, last])
          expect(Math.abs(ageOf(ip) - latest)).toBeLessThan(ANOTHER_PICTURE_MS / 2);
        expect(ageOf(first) - latest).toBeGreaterThan(ANOTHER_PICTURE_MS / 2);
      });
    });

    describe('with fewer privileges', () => {
      let host: NetworkSandbox;
      let sender: NetworkWatchDriver;
      beforeAll(async () => {
        ({ host, driver: sender } = await watching());
      }, SLOW_MS);
      afterAll(() => host.remove());

      it.each([
        [['net_raw'], 'CAP_NET_RAW'],
        [['bpf', 'sys_admin'], 'CAP_BPF'],
      ])('without %s tells of MACs alone, says so and leaves nothing open', async (without, named) => {
        const driver = new NetworkWatchDriver(host, without);
        await driver.open();
        await driver.look('tap0', {}); // what interfaces are known by is open from here on
        const before = await driver.openFiles();
        await driver.look('tap0', { addresses: [IP] });
        await sender.write('wire0', [asks(NEIGHBOUR, IP)]);
        const request = { macs: [NEIGHBOUR], addresses: [IP] };
        expect(await seenNext(driver, request)).toEqual([`up0 ${NEIGHBOUR} ?`]);
        expect(await driver.openFiles()).toEqual(before);
        expect(await driver.diagnose()).toContainEqual(
          expect.objectContaining({
            level: 'note',
            code: 'HERALD_NETWORK_WATCH_UNAVAILABLE',
            advice: expect.stringContaining(named) as string,
          }),
        );
      });

      it('needs no more than CAP_NET_RAW and CAP_BPF', async () => {
        const driver = new NetworkWatchDriver(host, ['net_admin', 'sys_admin', 'perfmon', 'sys_resource']);
        await driver.open();
        await listening({ host, driver }, IP);
        await sender.write('wire0', [asks(NEIGHBOUR, IP)]);
        expect(await seenNext(driver, { addresses: [IP] })).toEqual([`up0 ${NEIGHBOUR} - ${IP} asserted`]);
        expect(await driver.diagnose()).toContainEqual(
          expect.objectContaining({ level: 'ok', what: expect.stringContaining('is noticed') as string }),
        );
      });
    });
  },
);
