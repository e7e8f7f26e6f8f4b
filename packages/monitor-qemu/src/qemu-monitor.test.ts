import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeQemu } from '../test/fake-qemu.js';
import { HeardBus } from '../test/heard-bus.js';
import { TestClock } from '../test/test-clock.js';
import { withDirectory } from '../test/with-directory.js';
import { QemuMonitor } from './qemu-monitor.js';
import { type QemuOptions, qemuSettings } from './qemu-options.js';

const signal = new AbortController().signal;
const running = () => ({ return: { status: 'running' } });

describe('QemuMonitor', () => {
  const open: Array<{ close(): Promise<void> }> = [];
  let bus = new HeardBus();
  let clock = new TestClock();
  beforeEach(() => {
    bus = new HeardBus();
    clock = new TestClock();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    expect(bus.events).not.toContain('listener:failed');
  });

  const watch = (directory: string, options: Partial<QemuOptions> = {}): QemuMonitor => {
    const monitor = new QemuMonitor(
      bus,
      clock,
      qemuSettings({ sockets: [join(directory, '*.qmp')], ...options }),
    );
    open.push(monitor);
    return monitor;
  };
  const listen = async (directory: string, setUp?: (qemu: FakeQemu) => void): Promise<FakeQemu> => {
    const qemu = await FakeQemu.listen(join(directory, 'a.qmp'), setUp);
    open.push(qemu);
    return qemu;
  };
  /** Lets what is on its way arrive: the reply to one more command is read after it. */
  const flush = async (): Promise<void> => {
    const { guest } = await bus.until('guest:appeared');
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
        await bus.until('guest:appeared');
        while (silent.clients.length === 0) await new Promise(setImmediate);
        await new Promise(setImmediate);
        clock.advance(2000);
        await started;
        expect((await bus.until('warning')).warning.code).toBe('HERALD_QMP_SILENT');
      }));

    it('tells once of a socket nobody listens at, and tries again', () =>
      withDirectory(async (directory) => {
        const path = join(directory, 'a.qmp');
        await writeFile(path, 'no socket');
        await watch(directory, { sockets: [path] }).start({ signal });
        expect((await bus.until('warning')).warning.code).toBe('HERALD_QMP_CONNECT');
        for (const pause of [100, 200]) {
          clock.advance(pause);
          for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        }
        await unlink(path);
        await listen(directory);
        clock.advance(2000);
        await bus.until('guest:appeared');
        expect(bus.events).toEqual(['warning', 'guest:appeared']);
      }));

    it('gives a guest up that answers nonsense, says so and tries again', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory, (fake) => {
          fake.replies['query-uuid'] = () => ({ return: { UUID: 7 } });
        });
        await watch(directory).start({ signal });
        expect((await bus.until('warning')).warning.code).toBe('HERALD_QMP_REPLY');
        qemu.replies['query-uuid'] = () => ({ return: { UUID: '00000000-0000-0000-0000-000000000000' } });
        clock.advance(100);
        expect((await bus.until('guest:appeared')).guest.identity).toEqual({ name: 'web-1' });
        expect(bus.events).toEqual(['warning', 'guest:appeared']);
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
        expect((await bus.until('warning')).warning.code).toBe('HERALD_QMP_TIMEOUT');
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
        await bus.until('guest:gone');
        const { warning } = await bus.until('warning');
        expect(warning.code).toBe('HERALD_QMP_LINE_TOO_LONG');
        expect(warning.message).toContain(qemu.path);
        clock.advance(100);
        await bus.until('guest:appeared', 2);
      }));
  });

  describe('and guests', () => {
    it('tells of one with its identity, phase and NICs', () =>
      withDirectory(async (directory) => {
        await listen(directory);
        await watch(directory).start({ signal });
        const { guest, phase } = await bus.until('guest:appeared');
        expect(phase).toBe('running');
        expect(guest.identity).toEqual({ name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001' });
        expect(guest.hypervisor).toEqual({ name: 'QEMU', version: '7.2.22' });
        expect(await guest.nics({ signal })).toEqual([
          {
            id: 'nic0',
            type: 'virtio-net-pci',
            primaryMac: '52:54:00:00:00:01', // the configured one; the guest has set 99
            port: { kind: 'tap', name: 'tapA' },
          },
        ]);
      }));

    it('finds sockets that come later, each connection a new instance', () =>
      withDirectory(async (directory) => {
        await watch(directory).start({ signal });
        const qemu = await listen(directory);
        clock.advance(2000);
        const first = await bus.until('guest:appeared');
        qemu.disconnect();
        await bus.until('guest:gone');
        clock.advance(100);
        const second = await bus.until('guest:appeared', 2);
        expect(second.guest.instance).not.toBe(first.guest.instance);
        expect(bus.events).toEqual(['guest:appeared', 'guest:gone', 'guest:appeared']);
      }));

    it('keeps a guest whose socket file is deleted', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        await unlink(qemu.path);
        clock.advance(2000);
        await flush();
        expect(bus.events).toEqual(['guest:appeared']);
      }));

    it('says nothing more when it is closed', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        const monitor = watch(directory);
        await monitor.start({ signal });
        await monitor.close();
        expect(bus.events).toEqual(['guest:appeared']);
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
        const resumed = await bus.until('guest:resumed');
        await bus.until('guest:stopped');
        expect(resumed).toMatchObject({ resumedAt: 1_700_000_000_123.456, readAt: clock.now() });
        expect(bus.events).toEqual([
          'guest:appeared',
          'guest:resumed',
          'migration:incoming',
          'migration:completed',
          'guest:stopped',
        ]);
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
        await bus.until('guest:resumed');
        expect(bus.heard[0]).toMatchObject({ event: 'guest:appeared', fact: { phase: 'incoming' } });
        expect(bus.events.slice(0, 2)).toEqual(['guest:appeared', 'guest:resumed']);
      }));

    it.each([
      ['by name', { name: 'nic0', path: '/machine/peripheral/nic0/virtio-backend' }],
      ['by path', { path: '/machine/peripheral/nic0/virtio-backend' }],
    ])('tells of a changed filter %s', (_, data) =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        qemu.event('NIC_RX_FILTER_CHANGED', data);
        expect(await bus.until('nic:filter-changed')).toMatchObject({ nic: 'nic0' });
      }),
    );

    it('takes a reset for a change of every filter', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        qemu.event('RESET', { guest: true, reason: 'guest-reset' });
        expect(await bus.until('nic:filter-changed')).toMatchObject({ nic: 'nic0' });
      }));

    it.each(['NIC_RX_FILTER_CHANGED', 'MIGRATION', 'DEVICE_DELETED', 'SHUTDOWN', 'UNHEARD_OF'])(
      'lives with a %s that makes no sense',
      (name) =>
        withDirectory(async (directory) => {
          const qemu = await listen(directory);
          await watch(directory).start({ signal });
          qemu.event(name, { status: [], path: {} });
          await flush();
          expect(bus.events).toEqual(['guest:appeared']);
        }),
    );

    it('notices NICs that come, by looking, and that go, by the event', () =>
      withDirectory(async (directory) => {
        const qemu = await listen(directory);
        await watch(directory).start({ signal });
        const one = qemu.replies['human-monitor-command'];
        qemu.replies['human-monitor-command'] = () => ({ return: 'nic1: index=0,type=nic,model=e1000,' });
        clock.advance(5000);
        await bus.until('nic:list-changed');
        if (one) qemu.replies['human-monitor-command'] = one;
        qemu.event('DEVICE_DELETED', { device: 'nic1', path: '/machine/peripheral/nic1' });
        await bus.until('nic:list-changed', 2);
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
        await bus.until('migration:outgoing');
        await new Promise(setImmediate);
        clock.advance(200);
        await qemu.requested('query-migrate', 3);
        qemu.replies['query-migrate'] = () => ({ return: { status: 'completed', 'total-time': 9, ram: {} } });
        qemu.event('STOP');
        expect(await bus.until('migration:completed')).toMatchObject({ side: 'source' });
        expect(bus.events).toEqual([
          'guest:appeared',
          'migration:outgoing',
          'guest:stopped',
          'migration:completed',
        ]);
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
        expect(await bus.until('migration:completed')).toMatchObject({ side: 'destination' });
        expect(bus.events).toEqual([
          'guest:appeared',
          'guest:resumed',
          'migration:incoming',
          'migration:completed',
        ]);
      }));
  });
});
