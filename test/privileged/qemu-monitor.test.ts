import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CLOCK,
  type Clock,
  GUEST_INTAKE,
  GUEST_MONITOR,
  type Guest,
  MIGRATION_EVENT_BUS,
} from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { type QemuOptions, qemu } from '@nic-herald/monitor-qemu';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeardMonitor } from '../../packages/qmp/test/heard-monitor.js';
import { canHaveTaps, qemuMissing, RealQemu } from './real-qemu.js';

const missing = qemuMissing();
const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
const signal = new AbortController().signal;
const VIRTIO = ['-netdev', 'hubport,id=h0,hubid=0', '-device', 'virtio-net-pci,id=nic0,netdev=h0'];
const INCOMING = [...VIRTIO, '-incoming', 'defer'];

describe.skipIf(missing)(
  `the QEMU monitor on a real QEMU${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: 60_000 },
  () => {
    let directory = '';
    const open: Array<{ close(): Promise<void> }> = [];
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'nh-qemu-'));
    });
    afterEach(async () => {
      for (const each of open.splice(0).toReversed()) await each.close();
      await rm(directory, { recursive: true, force: true });
    });

    const start = (name: string, args: readonly string[], taps = false): Promise<RealQemu> => {
      const made = new RealQemu(directory, name, args, taps);
      open.push(made);
      return made.ready();
    };
    /** A monitor of its own for the sockets, with what it told. */
    const watch = async (sockets: string, options: Partial<QemuOptions> = {}): Promise<HeardMonitor> => {
      const told = new HeardMonitor();
      const scope = new Scope();
      scope.register(CLOCK, { value: clock }).register(MIGRATION_EVENT_BUS, { value: told.bus });
      scope.register(GUEST_INTAKE, { value: told.intake });
      qemu({ sockets: [sockets], migrationPollMs: 50, nicPollMs: 50, ...options }).install({
        provide: (of, provider) => void scope.register(of, provider),
        contribute: (of, provider) => void scope.register(of, provider),
      });
      for (const monitor of scope.all(GUEST_MONITOR)) {
        open.push(monitor);
        await monitor.start({ signal });
      }
      return told;
    };
    const nicOf = async (guest: Guest, id: string) => {
      const nic = (await guest.nics({ signal })).find((one) => one.id === id);
      return nic ?? expect.unreachable(`no NIC ${id}`);
    };

    describe('reads NICs', () => {
      const NICS = [
        ...[
          '-netdev',
          'hubport,id=h0,hubid=0',
          '-device',
          'virtio-net-pci,id=nic0,netdev=h0,mac=52:54:00:00:00:01',
        ],
        ...['-netdev', 'socket,id=s1,listen=127.0.0.1:0', '-device', 'e1000,netdev=s1,mac=52:54:00:00:00:02'],
        ...['-device', 'e1000e,id=nic2,mac=52:54:00:00:00:02'],
        ...['-device', 'virtio-net-pci,mac=52:54:00:00:00:05'],
        ...[
          '-device',
          'pci-bridge,id=br0,chassis_nr=1',
          '-device',
          'rtl8139,bus=br0,addr=3,mac=52:54:00:00:00:06',
        ],
        ...['-device', 'piix3-usb-uhci,id=usb', '-device', 'usb-net,id=un,bus=usb.0,mac=52:54:00:00:00:07'],
      ];

      it('with and without ids, two of one MAC, behind a bridge and on USB', async () => {
        const machine = await start('a', [...NICS, '-S']);
        const told = await watch(machine.qmp);
        const { guest, phase } = await told.until('appeared');
        expect(phase).toBe('paused');
        expect(guest.identity).toEqual({ name: 'real' });
        const nics = await guest.nics({ signal });
        expect(nics.map(({ id, type, primaryMac }) => [id, type, primaryMac])).toEqual([
          ['nic0', 'virtio-net-pci', '52:54:00:00:00:01'],
          ['e1000.0', 'e1000', '52:54:00:00:00:02'],
          ['nic2', 'e1000e', '52:54:00:00:00:02'],
          ['virtio-net-pci.1', 'virtio-net-pci', '52:54:00:00:00:05'],
          ['rtl8139.0', 'rtl8139', '52:54:00:00:00:06'],
          ['un', 'usb-net', '52:54:00:00:00:07'],
        ]);
        expect(nics.filter(({ backend, portProblem }) => (backend ?? portProblem) === undefined)).toEqual([]);
        expect(nics.filter(({ backend }) => backend?.interfaceName !== undefined)).toEqual([]);
      });

      it('and their registers, once the guest has mapped them', async () => {
        const machine = await start('a', [...NICS, '-S']);
        const told = await watch(machine.qmp);
        const { guest } = await told.until('appeared');
        const e1000 = guest.inspect(await nicOf(guest, 'e1000.0'));
        const behindBridge = guest.inspect(await nicOf(guest, 'rtl8139.0'));
        const bar0 = async () => (await e1000.regions({ signal })).find(({ bar }) => bar === 0);
        expect(await bar0()).toEqual({ bar: 0, kind: 'memory', size: 0x20000 });
        await expect(behindBridge.regions({ signal })).rejects.toMatchObject({
          code: 'HERALD_DEVICE_UNREADABLE',
        });
        await expect(e1000.readWords([{ address: 0xfebc0000, words: 1 }], { signal })).rejects.toMatchObject({
          code: 'HERALD_DEVICE_UNREADABLE',
        });
        await machine.run('cont');
        await expect.poll(async () => (await bar0())?.address, { timeout: 30_000 }).toBeDefined();
        const { address = 0 } = (await bar0()) ?? {};
        const ranges = [
          { address: address + 0x5400, words: 2 }, // RAL0 and RAH0
          { address: address + 0x5600, words: 128 }, // VFTA
        ];
        const [station, vlans] = await e1000.readWords(ranges, { signal });
        expect(station).toEqual(Uint32Array.of(0x00005452, 0x80000200));
        expect(vlans).toEqual(new Uint32Array(128));
        await expect.poll(async () => (await behindBridge.regions({ signal })).length).toBe(3);
        const usb = guest.inspect(await nicOf(guest, 'un'));
        expect(await usb.regions({ signal })).toEqual([]);
      });

      it('and what QEMU says of their filters', async () => {
        const machine = await start('a', NICS);
        const told = await watch(machine.qmp);
        const { guest } = await told.until('appeared');
        for (const id of ['nic0', 'virtio-net-pci.1']) {
          const inspector = guest.inspect(await nicOf(guest, id));
          expect(await inspector.receiveFilter({ signal })).toMatchObject({ name: id });
          expect(await inspector.property('ctrl_vlan', { signal })).toBe(true);
        }
        const e1000 = guest.inspect(await nicOf(guest, 'e1000.0'));
        const refused = { code: 'HERALD_QMP_COMMAND', details: { class: 'GenericError' } };
        await expect(e1000.receiveFilter({ signal })).rejects.toMatchObject(refused);
      });

      it.skipIf(!canHaveTaps())('with their taps, one of them of several queues', async () => {
        const tap = (id: string, more: string) => `tap,id=${id},script=no,downscript=no,vhost=off,${more}`;
        const machine = await start(
          'a',
          [
            ...['-netdev', tap('t0', 'ifname=nhtap0'), '-device', 'e1000,netdev=t0'],
            ...[
              '-netdev',
              tap('t1', 'ifname=nhtap1,queues=2'),
              '-device',
              'virtio-net-pci,id=mq,netdev=t1,mq=on',
            ],
          ],
          true,
        );
        const { guest } = await (await watch(machine.qmp)).until('appeared');
        expect((await guest.nics({ signal })).map(({ id, backend }) => [id, backend])).toMatchObject([
          ['e1000.0', { type: 'tap', name: 't0', interfaceName: 'nhtap0', holder: { pid: machine.pid } }],
          ['mq', { type: 'tap', name: 't1', interfaceName: 'nhtap1', holder: { pid: machine.pid } }],
        ]);
      });

      it('as they are plugged', async () => {
        const machine = await start('a', VIRTIO);
        const told = await watch(machine.qmp);
        await machine.run('device_add', { driver: 'e1000', id: 'nic1', mac: '52:54:00:00:00:01' });
        const { guest } = await told.until('changed');
        expect((await guest.nics({ signal })).map(({ id }) => id)).toEqual(['nic0', 'nic1']);
      });
    });

    it('takes over a socket when the client before it leaves', async () => {
      const machine = await start('a', VIRTIO);
      const first = await watch(machine.qmp);
      await first.until('appeared');
      const second = await watch(machine.qmp, { greetingTimeoutMs: 50 });
      expect((await second.until('warning')).warning.code).toBe('HERALD_QMP_SILENT');
      await open.splice(1, 1)[0]?.close();
      await second.until('appeared');
    });

    it('tells of stop and cont, and of the end', async () => {
      const machine = await start('a', VIRTIO);
      const told = await watch(join(directory, '*.qmp'));
      await machine.run('stop');
      const before = clock.now();
      await machine.run('cont');
      const { resumedAt, readAt } = await told.until('resumed');
      expect(resumedAt).toBeGreaterThan(before - 50);
      expect(readAt).toBeGreaterThan(resumedAt - 50);
      await machine.close();
      await told.until('gone');
      expect(told.events).toEqual(['appeared', 'stopped', 'resumed', 'gone']);
    });

    it('knows its process, when it started, and how it came by its guest', async () => {
      const booted = await start('a', VIRTIO);
      const waiting = await start('b', INCOMING);
      const told = await watch(join(directory, '*.qmp'));
      await told.until('appeared', 2);
      const guests = told.heard.flatMap(({ fact }) => ('phase' in fact ? [fact.guest] : []));
      expect(guests.map(({ process, origin }) => [process?.pid, origin])).toEqual(
        expect.arrayContaining([
          [booted.pid, 'boot'],
          [waiting.pid, 'incoming'],
        ]),
      );
      const [one, other] = guests;
      expect(one?.process?.bootId).toBe(other?.process?.bootId);
      expect(Math.abs((one?.startedAt ?? 0) - clock.now())).toBeLessThan(60_000);
    });

    it('watches it once where two of its sockets are found', async () => {
      const machine = await start('a', [...VIRTIO, '-qmp', `unix:${directory}/b.qmp,server=on,wait=off`]);
      const told = await watch(join(directory, '*.qmp'));
      const { warning } = await told.until('warning');
      expect(warning).toMatchObject({ code: 'HERALD_QMP_TWICE', details: { pid: machine.pid } });
      await machine.run('stop');
      await told.until('stopped');
      expect(told.events.toSorted()).toEqual(['appeared', 'stopped', 'warning']);
    });

    it('watches the one that takes the socket of another, beside that one', async () => {
      const old = await start('a', VIRTIO);
      const told = await watch(join(directory, 'a.qmp'));
      const coming = await start('b', INCOMING);
      await rename(coming.qmp, old.qmp);
      const { guest, phase } = await told.until('appeared', 2);
      expect([guest.process?.pid, phase]).toEqual([coming.pid, 'incoming']);
      await old.run('stop');
      await told.until('stopped');
      await old.close();
      await told.until('gone');
      expect(told.events).toEqual(['appeared', 'appeared', 'stopped', 'gone']);
    });

    describe('follows a COLO', () => {
      // no checkpoints: QEMU 7.2 hangs at one of them now and then
      const pair = async (...capabilities: readonly string[]) => {
        const primary = await start('primary', VIRTIO);
        const secondary = await start('secondary', INCOMING);
        for (const each of [primary, secondary]) await each.capabilities('x-colo', ...capabilities);
        return { primary, secondary };
      };
      const mirrors = async (secondary: RealQemu): Promise<void> => {
        const { poll } = expect;
        await poll(() => secondary.run('query-migrate'), { interval: 50 }).toMatchObject({ status: 'colo' });
        await poll(() => secondary.run('query-status'), { interval: 50 }).toMatchObject({ running: true });
      };
      const ofSecondary = ['appeared', 'incoming', 'loaded', 'resumed'];

      it.each([
        ['by events', ['events']],
        ['by polling', []],
      ])('to a secondary that takes over, %s', async (_, capabilities) => {
        const { primary, secondary } = await pair(...capabilities);
        const [there, here] = [await watch(primary.qmp), await watch(secondary.qmp)];
        await primary.migrateTo(secondary);
        await mirrors(secondary);
        await there.until('resumed');
        const late = await watch(secondary.qmp, { greetingTimeoutMs: 50 });
        expect(here.events).toEqual(['appeared', 'incoming']);
        await primary.close();
        await secondary.run('x-colo-lost-heartbeat');
        await here.until('resumed');
        expect(here.events).toEqual(ofSecondary);
        expect(late.events).toEqual(['warning']);
      });

      it('found late, and as a primary that goes on alone', async () => {
        const { primary, secondary } = await pair();
        await primary.migrateTo(secondary);
        await mirrors(secondary);
        const [there, here] = [await watch(primary.qmp), await watch(secondary.qmp)];
        expect(await here.until('appeared')).toMatchObject({
          phase: 'incoming',
          guest: { origin: 'incoming' },
        });
        expect((await there.until('appeared')).phase).not.toBe('incoming');
        await there.until('outgoing');
        await secondary.close();
        await primary.run('x-colo-lost-heartbeat');
        expect(await there.until('failed')).toMatchObject({ side: 'source', status: 'colo' });
        await here.until('gone');
        expect(here.events).toEqual(['appeared', 'incoming', 'gone']);
        expect(there.events).not.toContain('left');
      });
    });

    describe('follows a migration', () => {
      const pair = async (incoming: readonly string[] = INCOMING) => {
        const source = await start('source', VIRTIO);
        const destination = await start('destination', incoming);
        return { source, destination };
      };
      const ARRIVED = ['appeared', 'incoming', 'resumed', 'loaded'];
      const LEFT = ['appeared', 'outgoing', 'stopped', 'left'];

      it('by events', async () => {
        const { source, destination } = await pair();
        await Promise.all([source.capabilities('events'), destination.capabilities('events')]);
        const [there, here] = [await watch(source.qmp), await watch(destination.qmp)];
        expect(await here.until('appeared')).toMatchObject({ phase: 'incoming' });
        await source.migrateTo(destination);
        await Promise.all([there.until('left'), here.until('loaded')]);
        expect([there.events, here.events]).toEqual([LEFT, ARRIVED]);
      });

      it('by polling alone', async () => {
        const { source, destination } = await pair();
        const [there, here] = [await watch(source.qmp), await watch(destination.qmp)];
        await source.migrateTo(destination);
        await Promise.all([there.until('left'), here.until('loaded')]);
        const sorted = (events: readonly string[]) => new Set(events); // a poll may come before or after STOP
        expect([sorted(there.events), sorted(here.events)]).toEqual([sorted(LEFT), sorted(ARRIVED)]);
        expect(there.events.indexOf('outgoing')).toBeLessThan(there.events.indexOf('left'));
      });

      it('by events it turns on itself, when told to', async () => {
        const { source, destination } = await pair();
        const options = { enableMigrationEvents: true };
        const [there, here] = [await watch(source.qmp, options), await watch(destination.qmp, options)];
        await source.migrateTo(destination);
        await Promise.all([there.until('left'), here.until('loaded')]);
        expect([there.events, here.events]).toEqual([LEFT, ARRIVED]);
      });

      it('to a destination that is held with -S, found before and after it was loaded', async () => {
        const { source, destination } = await pair([...INCOMING, '-S']);
        const here = await watch(destination.qmp);
        const there = await watch(source.qmp);
        await source.migrateTo(destination);
        await Promise.all([there.until('left'), here.until('loaded')]);
        expect(here.events).toEqual(['appeared', 'incoming', 'loaded']);
        for (const each of open.splice(2)) await each.close();
        const late = await watch(destination.qmp);
        const left = await watch(source.qmp);
        expect(await late.until('appeared')).toMatchObject({ phase: 'incoming' });
        expect(await left.until('appeared')).toMatchObject({ phase: 'migrated-away' });
        await destination.run('cont');
        await late.until('resumed');
        expect(late.events).toEqual(['appeared', 'incoming', 'loaded', 'resumed']);
        expect(left.events).toEqual(['appeared']);
      });

      it.each([true, false])('that is cancelled before its STOP (events: %s)', async (events) => {
        const { source, destination } = await pair();
        if (events) await source.capabilities('events');
        await source.run('migrate-set-parameters', { 'max-bandwidth': 100_000 });
        const [there, here] = [await watch(source.qmp), await watch(destination.qmp)];
        await source.migrateTo(destination);
        await there.until('outgoing');
        await source.run('migrate_cancel');
        expect(await there.until('failed')).toMatchObject({ side: 'source', status: 'cancelled' });
        await here.until('gone');
        expect(here.events).not.toContain('resumed');
        expect(there.events).toEqual(['appeared', 'outgoing', 'failed']);
      });

      it.each([true, false])('that is cancelled after its STOP (events: %s)', async (events) => {
        const { source, destination } = await pair();
        await source.capabilities('pause-before-switchover', ...(events ? ['events'] : []));
        const [there, here] = [await watch(source.qmp), await watch(destination.qmp)];
        await source.migrateTo(destination);
        await there.until('stopped');
        const paused = { status: 'pre-switchover' }; // cancelled between STOP and this, QEMU 7.2 hangs
        await expect.poll(() => source.run('query-migrate'), { interval: 10 }).toMatchObject(paused);
        await source.run('migrate_cancel');
        await Promise.all([there.until('resumed'), there.until('failed')]);
        await here.until('gone');
        expect(here.events).not.toContain('resumed');
        expect(there.events.slice(-2)).toEqual(
          events ? ['failed', 'resumed'] : expect.arrayContaining(['failed', 'resumed']),
        );
      });
    });
  },
);
