import { describe, expect, it } from 'vitest';
import { describedDomain, hanging, numbered, waiting } from '../test/described-domain.js';
import { inBed, LibvirtBed } from '../test/libvirt-bed.js';

const { signal } = new AbortController();

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
