import { HeraldError } from '@nic-herald/core';
import { LIFECYCLE, LIFECYCLE_DETAIL } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { describedDomain, domainXml, waiting } from '../test/described-domain.js';
import { inBed, LibvirtBed } from '../test/libvirt-bed.js';

const { signal } = new AbortController();

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
