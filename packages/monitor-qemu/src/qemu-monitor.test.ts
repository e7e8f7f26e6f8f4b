import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeQemu } from '../../qmp/test/fake-qemu.js';
import { HeardMonitor } from '../../qmp/test/heard-monitor.js';
import { TestClock } from '../../qmp/test/test-clock.js';
import { withDirectory } from '../../qmp/test/with-directory.js';
import { QemuMonitor } from './qemu-monitor.js';
import { type QemuOptions, qemuSettings } from './qemu-options.js';

const signal = new AbortController().signal;
const running = () => ({ return: { status: 'running' } });

describe('QemuMonitor', () => {
  const open: Array<{ close(): Promise<void> }> = [];
  let told = new HeardMonitor();
  let clock = new TestClock();
  beforeEach(() => {
    told = new HeardMonitor();
    clock = new TestClock();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    expect(told.events).not.toContain('listener:failed');
  });

  const watch = (directory: string, options: Partial<QemuOptions> = {}): QemuMonitor => {
    const monitor = new QemuMonitor(
      told.intake,
      told.bus,
      clock,
      qemuSettings({ sockets: [join(directory, '*.qmp')], ...options }),
    );
    open.push(monitor);
    return monitor;
  };
  const listen = async (directory: string, setUp?: (qemu: FakeQemu) => void): Promise<FakeQemu> => {
    const qemu = await FakeQemu.listen(join(directory, 'a.qmp'), setUp);
    qemu.now = () => clock.now();
    open.push(qemu);
    return qemu;
  };
  /** Lets what is on its way arrive: the reply to one more command is read after it. */
  const flush = async (): Promise<void> => {
    const { guest } = await told.until('appeared');
    await guest.inspect((await guest.nics({ signal }))[0] ?? nic()).property('mac', { signal });
  };
  const nic = (): never => expect.unreachable('the guest has no NIC');

  describe('with trouble', () => {
    it('tells of a silent socket, starts, and finds the other guests', () =>
      withDirectory(async (directory) => {
        const silent = await FakeQemu.listen(join(directory, 'b.qmp'), (qemu) => {
          qemu.greets = false;
        });
        open.push(silent);
        await listen(directory);
        const started = watch(directory).start({ signal });
        await told.until('appeared');
        while (silent.clients.length === 0) await new Promise(setImmediate);
        await new Promise(setImmediate);
        clock.advance(2000);
        await started;
        expect((await told.until('warning')).warning.code).toBe('HERALD_QMP_SILENT');
      }));

    it('starts without one of which nothing comes for longer than its host waits', () =>
      withDirectory(async (directory) => {
        const silent = await listen(directory, (qemu) => {
          qemu.greets = false;
        });
        const started = watch(directory, { greetingTimeoutMs: 3_600_000 }).start({ signal });
        while (silent.clients.length === 0) await new Promise(setImmediate);
        await new Promise(setImmediate);
        clock.advance(8000);
        await started;
        expect(told.events).not.toContain('guest:appeared');
      }));

    it('asks few of many at a time, and the others though those hang', () =>
      withDirectory(async (directory) => {
        const qemus: FakeQemu[] = [];
        for (let number = 0; number < 12; number += 1) {
          const qemu = await FakeQemu.listen(
            join(directory, `${String(number).padStart(2, '0')}.qmp`),
            (each) => {
              each.greets = number >= 8;
            },
          );
          open.push(qemu);
          qemus.push(qemu);
        }
        void watch(directory).start({ signal });
        const asked = (): number => qemus.filter(({ clients }) => clients.length > 0).length;
        while (asked() < 8) await new Promise(setImmediate);
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        expect(asked()).toBe(8);
        clock.advance(100);
        await told.until('appeared');
      }));

    it('tells once of a socket nobody listens at, and tries again', () =>
      withDirectory(async (directory) => {
        const path = join(directory, 'a.qmp');
        await writeFile(path, 'no socket');
        await watch(directory, { sockets: [path] }).start({ signal });
        expect((await told.until('warning')).warning.code).toBe('HERALD_QMP_CONNECT');
        for (const pause of [100, 200]) {
          clock.advance(pause);
          for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        }
        await unlink(path);
        await listen(directory);
        clock.advance(2000);
        await told.until('appeared');
        expect(told.events).toEqual(['warning', 'appeared']);
      }));

    it('gives a guest up that answers nonsense, says so and tries again', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, (fake) => {
          fake.replies['query-uuid'] = () => ({ return: { UUID: 7 } });
        });
        await watch(directory).start({ signal });
        expect((await told.until('warning')).warning.code).toBe('HERALD_QMP_REPLY');
        qemu.replies['query-uuid'] = () => ({ return: { UUID: '00000000-0000-0000-0000-000000000000' } });
        clock.advance(100);
        expect((await told.until('appeared')).guest.identity).toEqual({ name: 'web-1' });
        expect(told.events).toEqual(['warning', 'appeared']);
      }));

    it('gives a guest up that does not answer', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, (fake) => {
          fake.replies['query-status'] = () => undefined;
        });
        const started = watch(directory).start({ signal });
        await qemu.requested('query-status');
        clock.advance(3000);
        await started;
        expect((await told.until('warning')).warning.code).toBe('HERALD_QMP_TIMEOUT');
      }));

    it('is cancelled', () =>
      withDirectory(async (directory) => {
        const start = watch(directory).start({ signal: AbortSignal.abort() });
        await expect(start).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
      }));

    it('loses a guest that floods it, and only that one', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory, { maxLineBytes: 65_536 }).start({ signal });
        qemu.raw('x'.repeat(65_537));
        await told.until('gone');
        const { warning } = await told.until('warning');
        expect(warning.code).toBe('HERALD_QMP_LINE_TOO_LONG');
        expect(warning.message).toContain(qemu.path);
        clock.advance(100);
        await told.until('appeared', 2);
      }));
  });

  describe('and guests', () => {
    it('tells of one with its identity, phase and NICs', () =>
      withDirectory(async (directory) => {
        await listen(directory);
        await watch(directory).start({ signal });
        const { guest, phase } = await told.until('appeared');
        expect(phase).toBe('running');
        expect(guest.identity).toEqual({ name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001' });
        expect(guest.hypervisor).toEqual({ name: 'QEMU', version: '7.2.22' });
        expect(await guest.nics({ signal })).toEqual([
          {
            id: 'nic0',
            type: 'virtio-net-pci',
            primaryMac: '52:54:00:00:00:01', // the configured one; the guest has set 99
            backend: { type: 'tap', name: 'net0', interfaceName: 'tapA' },
          },
        ]);
      }));

    it('finds sockets that come later, each connection a new instance', () =>
      withDirectory(async (directory) => {
        await watch(directory).start({ signal });
        const qemu = await listen(directory);
        clock.advance(2000);
        const first = await told.until('appeared');
        qemu.disconnect();
        await told.until('gone');
        clock.advance(100);
        const second = await told.until('appeared', 2);
        expect(second.guest.instance).not.toBe(first.guest.instance);
        expect(told.events).toEqual(['appeared', 'gone', 'appeared']);
      }));

    it('keeps a guest whose socket file is deleted', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        await unlink(qemu.path);
        clock.advance(2000);
        await flush();
        expect(told.events).toEqual(['appeared']);
      }));

    it('says nothing more when it is closed', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        const monitor = watch(directory);
        await monitor.start({ signal });
        await monitor.close();
        expect(told.events).toEqual(['appeared']);
        expect(clock.timers).toEqual([]);
        while (qemu.clients.length > 0) await new Promise(setImmediate);
      }));
  });

  describe('and events', () => {
    it('tells of RESUME with its stamp and the time it was read, in the midst of a chunk', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, (fake) => {
          fake.replies['query-status'] = () => ({ return: { status: 'inmigrate' } });
        });
        await watch(directory).start({ signal });
        qemu.raw(
          `${qemu.line('RESUME')}${qemu.line('MIGRATION', { status: 'completed' })}${qemu.line('STOP')}`,
        );
        const resumed = await told.until('resumed');
        await told.until('stopped');
        expect(resumed).toMatchObject({ resumedAt: 1_700_000_000_123.456, readAt: clock.now() });
        expect(told.events).toEqual(['appeared', 'resumed', 'incoming', 'loaded', 'stopped']);
      }));

    it('misses none that come while it asks who the guest is', () =>
      withDirectory(async (directory) => {
        await listen(directory, (fake) => {
          fake.replies['query-status'] = ({ id }) => {
            const reply = `{"return": {"status": "inmigrate"}, "id": ${id}}\n`;
            fake.raw(fake.line('STOP') + reply + fake.line('RESUME')); // the STOP is part of the reply already
          };
        });
        await watch(directory).start({ signal });
        await told.until('resumed');
        expect(told.heard[0]).toMatchObject({ event: 'appeared', fact: { phase: 'incoming' } });
        expect(told.events.slice(0, 2)).toEqual(['appeared', 'resumed']);
      }));

    it.each([
      ['by name', { name: 'nic0', path: '/machine/peripheral/nic0/virtio-backend' }],
      ['by path', { path: '/machine/peripheral/nic0/virtio-backend' }],
    ])('tells of a changed filter %s', (_, data) =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        qemu.event('NIC_RX_FILTER_CHANGED', data);
        expect(await told.until('changed')).toMatchObject({ nic: 'nic0' });
      }),
    );

    it('reports a reset, and that it changed every filter', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        qemu.event('RESET', { guest: true, reason: 'guest-reset' });
        expect(await told.until('changed')).toMatchObject({ nic: 'nic0' });
        expect(told.events).toContain('reset');
      }));

    it.each(['NIC_RX_FILTER_CHANGED', 'MIGRATION', 'DEVICE_DELETED', 'SHUTDOWN', 'UNHEARD_OF'])(
      'lives with a %s that makes no sense',
      (name) =>
        withDirectory(async (directory) => {
          const qemu = await listen(directory);
          await watch(directory).start({ signal });
          qemu.event(name, { status: [], path: {} });
          await flush();
          expect(told.events).toEqual(['appeared']);
        }),
    );

    it('notices NICs that come, by looking, and that go, by the event', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        const one = qemu.replies['human-monitor-command'];
        qemu.replies['human-monitor-command'] = () => ({ return: 'nic1: index=0,type=nic,model=e1000,' });
        clock.advance(5000);
        await told.until('changed');
        if (one) qemu.replies['human-monitor-command'] = one;
        qemu.event('DEVICE_DELETED', { device: 'nic1', path: '/machine/peripheral/nic1' });
        await told.until('changed', 2);
      }));
  });

  describe('where the events capability is off', () => {
    const withoutEvents = (fake: FakeQemu): void => {
      fake.replies['query-migrate-capabilities'] = () => ({
        return: [{ capability: 'events', state: false }],
      });
    };

    it('leaves it off unless told otherwise', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, withoutEvents);
        await watch(directory).start({ signal });
        expect(qemu.count('migrate-set-capabilities')).toBe(0);
      }));

    it('turns it on when told so, and need not poll', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, (fake) => {
          withoutEvents(fake);
          fake.replies['migrate-set-capabilities'] = () => ({ return: {} });
        });
        await watch(directory, { enableMigrationEvents: true }).start({ signal });
        expect(
          qemu.requests.find(({ execute }) => execute === 'migrate-set-capabilities')?.arguments,
        ).toEqual({
          capabilities: [{ capability: 'events', state: true }],
        });
        clock.advance(1000);
        await flush();
        expect(qemu.count('query-migrate')).toBe(1);
      }));

    it('sees a source leave: by polling, at once after STOP, and quicker while it lasts', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, withoutEvents);
        await watch(directory).start({ signal });
        qemu.replies['query-migrate'] = () => ({ return: { status: 'active', 'total-time': 5, ram: {} } });
        clock.advance(1000);
        await told.until('outgoing');
        await new Promise(setImmediate);
        clock.advance(200);
        await qemu.requested('query-migrate', 3);
        qemu.replies['query-migrate'] = () => ({ return: { status: 'completed', 'total-time': 9, ram: {} } });
        qemu.event('STOP');
        await told.until('left');
        expect(told.events).toEqual(['appeared', 'outgoing', 'stopped', 'left']);
      }));

    it('sees a destination arrive', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, (fake) => {
          withoutEvents(fake);
          fake.replies['query-status'] = () => ({ return: { status: 'inmigrate' } });
        });
        await watch(directory).start({ signal });
        qemu.replies['query-status'] = running;
        qemu.replies['query-migrate'] = () => ({ return: { status: 'completed' } });
        qemu.event('RESUME');
        await told.until('loaded');
        expect(told.events).toEqual(['appeared', 'resumed', 'incoming', 'loaded']);
      }));
  });
});
