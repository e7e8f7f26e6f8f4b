import { describe, expect, it } from 'vitest';
import { FakeRefusal } from '../../libvirt/test/fake-refusal.js';
import { inBed } from '../test/libvirt-bed.js';

describe('whether the libvirt monitor can see guests', () => {
  it(
    'is no while libvirt is away, and yes again when it is back',
    inBed(async (bed) => {
      const monitor = await bed.watch();
      await bed.pass(1000);
      expect(monitor.state()).toMatchObject({ ready: false, code: 'HERALD_LIBVIRT_CONNECT' });
      const daemon = await bed.listen();
      await bed.pass(2000);
      expect(monitor.state()).toEqual({ ready: true, message: 'connected to libvirt' });
      await daemon.close();
      await bed.pass(1000);
      expect(monitor.state().ready).toBe(false);
    }),
  );

  it(
    'is no where libvirt refuses what it is asked',
    inBed(async (bed) => {
      await bed.listen(({ answers }) => {
        answers.domains = () => {
          throw new FakeRefusal(1, 'internal error');
        };
      });
      const monitor = await bed.watch();
      await bed.pass(1000);
      expect(monitor.state()).toMatchObject({ ready: false, code: 'HERALD_LIBVIRT_REFUSED' });
    }),
  );
});
