import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { waiting } from '../test/described-domain.js';
import { inBed } from '../test/libvirt-bed.js';

const { signal } = new AbortController();

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
