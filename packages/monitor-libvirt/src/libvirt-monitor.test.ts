import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { FakeRefusal } from '../../libvirt/test/fake-refusal.js';
import {
  describedDomain,
  domainXml,
  hanging,
  interfaceXml,
  numbered,
  uuidOf,
} from '../test/described-domain.js';
import { inBed, LibvirtBed } from '../test/libvirt-bed.js';

const { signal } = new AbortController();
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

describe('the QEMU of a domain', () => {
  it(
    'is looked for among the processes that the monitor was given, and nowhere else',
    inBed(async (bed) => {
      bed.processes = {
        ...bed.processes,
        processes: async () => ['7'],
        processIncarnation: async (pid) => ({ bootId: 'b', pid, startTicks: 9, startedAt: 5 }),
        commandLine: async () => ['/usr/bin/qemu-system-x86_64', '-uuid', uuidOf(1)],
      };
      await bed.listen(({ domains }) => void domains.push(numbered(1)));
      await bed.watch();
      const { guest } = await bed.told.until('appeared');
      expect(guest.process).toEqual({ bootId: 'b', pid: 7, startTicks: 9 });
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
