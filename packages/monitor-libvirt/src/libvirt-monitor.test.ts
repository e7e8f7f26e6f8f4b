import { HeraldError } from '@nic-herald/core';
import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import type { FakeDomain } from '../../libvirt/test/fake-domain.js';
import { FakeRefusal } from '../../libvirt/test/fake-refusal.js';
import { describedDomain, domainXml, interfaceXml, qmpAnswer } from '../test/described-domain.js';
import { LibvirtBed } from '../test/libvirt-bed.js';

const signal = new AbortController().signal;
const inBed =
  (work: (bed: LibvirtBed) => Promise<void>): (() => Promise<void>) =>
  () =>
    LibvirtBed.with(work);
const MIGRATION = { state: 3, reason: 2 };
const uuidOf = (index: number): string => `6b1d1c9e-0000-4000-8000-${String(index).padStart(12, '0')}`;
const numbered = (index: number): FakeDomain =>
  describedDomain({ name: `web-${index}`, uuid: uuidOf(index), id: index });
/** A domain whose XML is never told. */
const hanging = (index: number): FakeDomain => ({ ...numbered(index), xml: undefined });
/** A domain that waits for its guest, and the commands that its QEMU got. */
const waiting = () => {
  const commands: string[] = [];
  const domain = describedDomain({
    standing: MIGRATION,
    monitor: (text) => {
      commands.push(text);
      return qmpAnswer(text);
    },
  });
  return { domain, commands };
};
const refuse = (): never => {
  throw new FakeRefusal(1, 'internal error');
};

describe('a libvirt that cannot be used', () => {
  it(
    'is not there: told once, and found when it is',
    inBed(async (bed) => {
      await bed.watch();
      await bed.pass(3000);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_CONNECT']);
      await bed.listen(({ domains }) => void domains.push(describedDomain()));
      await bed.pass(500);
      await bed.told.until('appeared');
    }),
  );

  it(
    'accepts and says nothing: told once',
    inBed(async (bed) => {
      const daemon = await bed.listen((each) => {
        each.isFrozen = true;
      });
      const started = bed.watch();
      await daemon.called('authList');
      await bed.pass(5000);
      await started;
      await bed.pass(12_000);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_SILENT']);
    }),
  );

  it.each(['domains', 'hear', 'hearMonitor'] as const)(
    'refuses %s: told once, and tried again',
    async (procedure) =>
      LibvirtBed.with(async (bed) => {
        const daemon = await bed.listen(({ answers }) => {
          answers[procedure] = refuse;
        });
        await bed.watch();
        await bed.pass(3000);
        expect(daemon.connections).toBeGreaterThan(3);
        expect(bed.told.events).toEqual(['warning']);
        expect(bed.warnings).toEqual(['HERALD_LIBVIRT_REFUSED']);
      }),
  );

  it(
    'its start is cancelled',
    inBed(async (bed) => {
      const started = bed.monitor().start({ signal: AbortSignal.abort() });
      await expect(started).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
    }),
  );
});

describe('a domain that cannot be introduced', () => {
  it(
    'holds up no other',
    inBed(async (bed) => {
      await bed.listen((daemon) => {
        daemon.domains.push(numbered(1), hanging(2), numbered(3));
      });
      const started = bed.watch();
      await bed.told.until('appeared', 2);
      expect(bed.told.events).toEqual(['appeared', 'appeared']);
      await bed.pass(5100);
      await started;
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_TIMEOUT']);
    }),
  );

  it(
    'is told of once in each of its runs, tried again, and taken when it can be',
    inBed(async (bed) => {
      const domain = describedDomain({ xml: '<domain/>' });
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      await bed.pass(8000);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_XML']);
      daemon.lifecycle({ ...domain, id: -1 }, LIFECYCLE.STOPPED, 0);
      domain.id = 2;
      daemon.lifecycle(domain, LIFECYCLE.STARTED, 0);
      await bed.rest();
      await bed.pass(1000);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_XML', 'HERALD_LIBVIRT_XML']);
      domain.xml = domainXml();
      await bed.pass(4000);
      await bed.told.until('appeared');
      expect(bed.told.events).toEqual(['warning', 'warning', 'appeared']);
    }),
  );

  it(
    'is gone meanwhile: no word',
    inBed(async (bed) => {
      const daemon = await bed.listen();
      await bed.watch();
      daemon.monitorEvent(numbered(1), 'SHUTDOWN', bed.clock.now());
      const off = describedDomain({ uuid: uuidOf(2), standing: { state: 5, reason: 1 } });
      daemon.domains.push(off);
      daemon.monitorEvent(off, 'SHUTDOWN', bed.clock.now());
      await daemon.called('xml', 2);
      await bed.rest();
      await bed.pass(2000);
      expect(bed.told.events).toEqual([]);
    }),
  );

  it(
    'is looked at while the daemon goes: that alone is told',
    inBed(async (bed) => {
      const daemon = await bed.listen((each) => {
        each.domains.push(hanging(1), hanging(2));
      });
      const started = bed.watch();
      await daemon.called('xml', 2);
      daemon.disconnect();
      await started;
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_DISCONNECTED']);
    }),
  );
});

describe('a domain that runs', () => {
  it(
    'appears, with what libvirt and its QEMU say',
    inBed(async (bed) => {
      const daemon = await bed.listen(({ domains }) => void domains.push(describedDomain()));
      await bed.watch();
      const { guest, phase } = await bed.told.until('appeared');
      expect({ ...guest, phase }).toMatchObject({
        instance: 'libvirt:web-1#1',
        identity: { name: 'web-1', uuid: uuidOf(1) },
        hypervisor: { name: 'QEMU', version: '7.2.22' },
        origin: 'boot',
        phase: 'running',
      });
      expect(await guest.nics({ signal })).toEqual([
        {
          id: 'net0',
          type: 'virtio-net-pci',
          primaryMac: '52:54:00:00:00:01',
          backend: { type: 'tap', name: 'hostnet0', interfaceName: 'vnet0' },
        },
      ]);
      expect(daemon.count('monitorCommand')).toBe(1);
      expect(bed.warnings).toEqual([]);
    }),
  );

  it(
    'one of 200',
    inBed(async (bed) => {
      await bed.listen(
        ({ domains }) => void domains.push(...Array.from({ length: 200 }, (_, index) => numbered(index + 1))),
      );
      await bed.watch();
      expect(bed.told.events).toEqual(Array.from({ length: 200 }, () => 'appeared'));
    }),
  );

  it(
    'leaves, as its QEMU tells it',
    inBed(async (bed) => {
      const domain = describedDomain();
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      const now = bed.clock.now();
      for (const status of ['setup', 'active'])
        daemon.monitorEvent(domain, 'MIGRATION', now + 10, `{"status":"${status}"}`);
      daemon.monitorEvent(domain, 'STOP', now + 20);
      daemon.monitorEvent(domain, 'MIGRATION', now + 30, '{"status":"completed"}');
      daemon.lifecycle({ ...domain, id: -1 }, LIFECYCLE.STOPPED, LIFECYCLE_DETAIL.STOPPED_MIGRATED);
      await bed.told.until('gone');
      expect(bed.told.events).toEqual(['appeared', 'outgoing', 'stopped', 'left', 'gone']);
    }),
  );

  it(
    'gets a NIC, and loses one',
    inBed(async (bed) => {
      const domain = describedDomain();
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      const { guest } = await bed.told.until('appeared');
      domain.xml = domainXml({
        interfaces: [interfaceXml(), interfaceXml({ alias: 'net1', mac: '52:54:00:00:00:02' })],
      });
      daemon.device(domain, 'added', 'net1');
      await bed.told.until('changed');
      expect((await guest.nics({ signal })).map(({ id }) => id)).toEqual(['net0', 'net1']);
      daemon.device(domain, 'removed', 'net1');
      await bed.told.until('changed', 2);
    }),
  );

  it(
    'whose QEMU hangs appears without its word',
    inBed(async (bed) => {
      const hung = describedDomain({ monitor: () => undefined });
      const daemon = await bed.listen(({ domains }) => void domains.push(hung, numbered(2)));
      const started = bed.watch();
      await bed.told.until('appeared');
      await daemon.called('monitorCommand', 2);
      await bed.pass(3100);
      await started;
      expect(bed.told.heard.map(({ fact }) => 'guest' in fact && fact.guest.hypervisor.version)).toEqual([
        '7.2.22',
        '7.2.22',
      ]);
      const { guest } = await bed.told.until('appeared', 2);
      const [nic] = await guest.nics({ signal });
      if (nic === undefined) expect.unreachable('the guest has no NIC');
      await expect(guest.inspect(nic).property('mac', { signal })).rejects.toMatchObject({
        code: 'HERALD_LIBVIRT_HUNG',
      });
      expect(daemon.count('monitorCommand')).toBe(2);
    }),
  );
});

describe('a guest that comes in', () => {
  it(
    'appears from the XML alone, and its QEMU is asked nothing before RESUME',
    inBed(async (bed) => {
      const { domain, commands } = waiting();
      const daemon = await bed.listen();
      await bed.watch();
      daemon.domains.push(domain);
      const now = bed.clock.now();
      daemon.monitorEvent(domain, 'MIGRATION', now + 10, '{"status":"setup"}');
      daemon.lifecycle(domain, LIFECYCLE.STARTED, LIFECYCLE_DETAIL.STARTED_MIGRATED);
      const { guest, phase } = await bed.told.until('appeared');
      expect(phase).toBe('incoming');
      expect(guest.origin).toBe('incoming');
      const [nic] = await guest.nics({ signal });
      if (nic === undefined) expect.unreachable('the guest has no NIC');
      const read = guest
        .inspect(nic)
        .receiveFilter({ signal })
        .catch(() => undefined);
      daemon.monitorEvent(domain, 'MIGRATION', now + 20, '{"status":"active"}');
      daemon.monitorEvent(domain, 'MIGRATION', now + 30, '{"status":"completed"}');
      await bed.told.until('loaded');
      await bed.rest();
      expect(daemon.count('monitorCommand')).toBe(0);
      bed.told.hears = () => expect(commands).toEqual([]);
      daemon.monitorEvent(domain, 'RESUME', now + 40);
      expect(await bed.told.until('resumed')).toMatchObject({
        resumedAt: expect.closeTo(now + 40, 2) as number,
      });
      await read;
      expect(commands).toHaveLength(1);
      expect(bed.told.events).toEqual(['appeared', 'incoming', 'loaded', 'resumed']);
    }),
  );

  it(
    'its RESUME is with the intake in the turn in which it was read',
    inBed(async (bed) => {
      const { domain } = waiting();
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      const order: string[] = [];
      const now = bed.clock.now.bind(bed.clock);
      bed.clock.now = () => {
        order.push('read');
        queueMicrotask(() => order.push('later'));
        return now();
      };
      bed.told.hears = () => void order.push('intake');
      daemon.monitorEvent(domain, 'RESUME', now() + 10);
      await bed.told.until('resumed');
      expect(order.slice(0, 2)).toEqual(['read', 'intake']);
    }),
  );

  it(
    'runs before it could be introduced',
    inBed(async (bed) => {
      const { domain } = waiting();
      let hangs = true;
      const daemon = await bed.listen((each) => {
        each.domains.push(domain);
        each.answers.state = () => {
          if (hangs) daemon.monitorEvent(domain, 'RESUME', bed.clock.now() + 10);
          hangs = false;
          return undefined;
        };
      });
      const started = bed.watch();
      await daemon.called('state');
      await bed.rest();
      await bed.pass(5100);
      await started;
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_TIMEOUT']);
      expect(daemon.count('monitorCommand')).toBe(0);
    }),
  );

  it(
    'fails',
    inBed(async (bed) => {
      const { domain, commands } = waiting();
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      daemon.monitorEvent(domain, 'MIGRATION', bed.clock.now() + 10, '{"status":"failed"}');
      daemon.lifecycle({ ...domain, id: -1 }, LIFECYCLE.STOPPED, LIFECYCLE_DETAIL.STOPPED_FAILED);
      await bed.told.until('gone');
      expect(bed.told.events).toEqual(['appeared', 'incoming', 'failed', 'gone']);
      expect(commands).toEqual([]);
    }),
  );

  it(
    'comes by post-copy: its QEMU is asked when all of it is there',
    inBed(async (bed) => {
      const { domain, commands } = waiting();
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      const { guest } = await bed.told.until('appeared');
      const now = bed.clock.now();
      daemon.monitorEvent(domain, 'MIGRATION', now + 10, '{"status":"postcopy-active"}');
      daemon.monitorEvent(domain, 'RESUME', now + 20);
      daemon.lifecycle(domain, LIFECYCLE.RESUMED, LIFECYCLE_DETAIL.RESUMED_POST_COPY);
      await bed.told.until('resumed');
      const [nic] = await guest.nics({ signal });
      if (nic === undefined) expect.unreachable('the guest has no NIC');
      const read = guest.inspect(nic).property('mac', { signal });
      await bed.rest();
      expect(commands).toEqual([]);
      daemon.monitorEvent(domain, 'MIGRATION', now + 30, '{"status":"completed"}');
      await read;
      expect(commands).toHaveLength(1);
    }),
  );
});

describe('a guest that is found in post-copy', () => {
  it(
    'is asked nothing before libvirt says that it has migrated',
    inBed(async (bed) => {
      const { domain, commands } = waiting();
      domain.standing = { state: 1, reason: 10 };
      const daemon = await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch();
      const { guest, phase } = await bed.told.until('appeared');
      expect([phase, guest.hypervisor.version]).toEqual(['running', '7.2.22']);
      const [nic] = await guest.nics({ signal });
      if (nic === undefined) expect.unreachable('the guest has no NIC');
      const read = guest.inspect(nic).property('mac', { signal });
      await bed.rest();
      expect(commands).toEqual([]);
      daemon.lifecycle(domain, LIFECYCLE.RESUMED, LIFECYCLE_DETAIL.RESUMED_MIGRATED);
      await read;
      expect(commands).toHaveLength(1);
    }),
  );
});

describe('a daemon that goes', () => {
  it(
    'takes its guests with it, and brings them back',
    inBed(async (bed) => {
      const daemon = await bed.listen(({ domains }) => void domains.push(numbered(1), numbered(2)));
      await bed.watch();
      daemon.disconnect();
      await bed.told.until('gone', 2);
      await bed.pass(100);
      await bed.told.until('appeared', 4);
      const { events } = bed.told;
      expect(events.slice(0, 5)).toEqual(['appeared', 'appeared', 'gone', 'gone', 'warning']);
      expect(events.slice(5)).toEqual(['appeared', 'appeared']);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_DISCONNECTED']);
    }),
  );
});

describe('a libvirt that may only be looked at', () => {
  const comesAndGoes = async (
    bed: LibvirtBed,
    daemon: Awaited<ReturnType<LibvirtBed['listen']>>,
  ): Promise<void> => {
    const { domain } = waiting();
    daemon.domains.push(domain);
    daemon.lifecycle(domain, LIFECYCLE.STARTED, LIFECYCLE_DETAIL.STARTED_MIGRATED);
    const { guest, phase } = await bed.told.until('appeared');
    expect(phase).toBe('incoming');
    daemon.lifecycle(domain, LIFECYCLE.RESUMED, LIFECYCLE_DETAIL.RESUMED_MIGRATED);
    await bed.told.until('resumed');
    daemon.device(domain, 'added', 'net1');
    daemon.lifecycle(domain, LIFECYCLE.SUSPENDED, LIFECYCLE_DETAIL.SUSPENDED_MIGRATED);
    daemon.lifecycle({ ...domain, id: -1 }, LIFECYCLE.STOPPED, LIFECYCLE_DETAIL.STOPPED_MIGRATED);
    await bed.told.until('gone');
    expect(bed.told.events.filter((event) => event !== 'warning')).toEqual([
      'appeared',
      'incoming',
      'resumed',
      'changed',
      'stopped',
      'left',
      'gone',
    ]);
    const [nic] = await guest.nics({ signal });
    if (nic === undefined) expect.unreachable('the guest has no NIC');
    const inspector = guest.inspect(nic);
    for (const read of [inspector.receiveFilter({ signal }), inspector.regions({ signal })]) {
      await expect(read).rejects.toMatchObject({ code: 'HERALD_LIBVIRT_READ_ONLY' });
    }
    expect(daemon.calls.filter((call) => /onitor/.test(call))).toEqual([]);
  };

  it(
    'since it is told so',
    inBed(async (bed) => {
      const daemon = await bed.listen();
      await bed.watch({ socket: bed.socket, readOnly: true });
      await comesAndGoes(bed, daemon);
      expect(bed.warnings).toEqual([]);
    }),
  );

  it.each<[string, () => HeraldError]>([
    [
      'the file’s mode',
      () => new HeraldError('HERALD_LIBVIRT_CONNECT', 'forbidden', { details: { errno: 'EACCES' } }),
    ],
    ['polkit', () => new HeraldError('HERALD_LIBVIRT_AUTH', 'polkit')],
  ])('since the other socket is forbidden by %s', (_, problem) =>
    LibvirtBed.with(async (bed) => {
      const daemon = await bed.listen();
      const monitor = bed.monitor({});
      monitor.findSocket = ({ readOnly }) => {
        if (readOnly === true) return daemon.path;
        throw problem();
      };
      await monitor.start({ signal });
      await comesAndGoes(bed, daemon);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_READ_ONLY']);
    }),
  );

  it.each<[string, object]>([
    ['that is refused', { readOnly: false }],
    ['that is not asked for', { readOnly: undefined, socket: '/nowhere/libvirt-sock' }],
  ])('but %s', (_, options) =>
    LibvirtBed.with(async (bed) => {
      const monitor = bed.monitor(options);
      const asked: unknown[] = [];
      monitor.findSocket = ({ readOnly }) => {
        asked.push(readOnly);
        throw new HeraldError('HERALD_LIBVIRT_CONNECT', 'forbidden', { details: { errno: 'EACCES' } });
      };
      await monitor.start({ signal });
      expect(asked).not.toContain(true);
      expect(bed.warnings).toEqual(['HERALD_LIBVIRT_CONNECT']);
    }),
  );

  it(
    'a domain that cannot be introduced is tried again',
    inBed(async (bed) => {
      const domain = describedDomain({ xml: '<domain/>' });
      await bed.listen(({ domains }) => void domains.push(domain));
      await bed.watch({ socket: bed.socket, readOnly: true });
      domain.xml = domainXml();
      await bed.pass(1000);
      await bed.told.until('appeared');
      expect(bed.told.events).toEqual(['warning', 'appeared']);
    }),
  );
});

describe('a monitor that is closed', () => {
  it.each<[string, { readonly readOnly?: boolean }, (bed: LibvirtBed) => Promise<unknown>]>([
    ['before it is started', {}, async () => undefined],
    ['while it looks for libvirt', {}, async (bed) => bed.rest()],
    [
      'while it connects',
      {},
      async (bed) =>
        bed
          .listen((daemon) => {
            daemon.isFrozen = true;
          })
          .then((daemon) => daemon.called('authList')),
    ],
    [
      'while it begins',
      {},
      async (bed) =>
        bed
          .listen((daemon) => {
            daemon.answers.domains = () => undefined;
          })
          .then((daemon) => daemon.called('domains')),
    ],
    [
      'while it registers',
      {},
      async (bed) =>
        bed
          .listen((daemon) => {
            daemon.answers.hearMonitor = () => undefined;
          })
          .then((daemon) => daemon.called('hearMonitor')),
    ],
    [
      'while it introduces',
      {},
      async (bed) =>
        bed
          .listen((daemon) => {
            daemon.domains.push(hanging(1));
          })
          .then((daemon) => daemon.called('xml')),
    ],
    [
      'while it introduces, read-only',
      { readOnly: true },
      async (bed) =>
        bed
          .listen((daemon) => {
            daemon.domains.push(hanging(1));
          })
          .then((daemon) => daemon.called('xml')),
    ],
    [
      'while a command is under way',
      {},
      async (bed) =>
        bed
          .listen((daemon) => {
            daemon.domains.push(describedDomain({ monitor: () => undefined }));
          })
          .then((daemon) => daemon.called('monitorCommand')),
    ],
    [
      'while it watches',
      {},
      async (bed) =>
        bed.listen(({ domains }) => void domains.push(numbered(1))).then(() => bed.told.until('appeared')),
    ],
    [
      'while it watches, read-only',
      { readOnly: true },
      async (bed) =>
        bed.listen(({ domains }) => void domains.push(numbered(1))).then(() => bed.told.until('appeared')),
    ],
    [
      'while a guest comes in',
      {},
      async (bed) =>
        bed
          .listen(({ domains }) => void domains.push(waiting().domain))
          .then(() => bed.told.until('appeared')),
    ],
    [
      'after a domain could not be introduced',
      {},
      async (bed) =>
        bed
          .listen(({ domains }) => void domains.push(describedDomain({ xml: '' })))
          .then(() => bed.told.until('warning')),
    ],
  ])('%s: says nothing more and leaves nothing', (_, options, until) =>
    LibvirtBed.with(async (bed) => {
      const monitor = bed.monitor({ socket: bed.socket, ...options });
      const until_ = until(bed);
      await bed.rest();
      const started = bed.told.events.length === 0 ? monitor.start({ signal }) : Promise.resolve();
      await until_;
      const before = bed.told.events.length;
      await monitor.close();
      await monitor.close();
      await started;
      await bed.rest();
      expect(bed.told.events.slice(before)).toEqual([]);
      expect(bed.clock.timers).toEqual([]);
    }),
  );

  it(
    'closes its connections',
    inBed(async (bed) => {
      const daemon = await bed.listen(({ domains }) => void domains.push(numbered(1)));
      const monitor = await bed.watch();
      expect(daemon.clients).toHaveLength(2);
      await monitor.close();
      await bed.rest();
      expect(daemon.clients).toHaveLength(0);
    }),
  );
});
