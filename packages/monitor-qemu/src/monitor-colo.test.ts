import { describe, expect, it } from 'vitest';
import type { FakeQemu } from '../../qmp/test/fake-qemu.js';
import { MonitorBed, stands } from '../test/monitor-bed.js';

const STAMP = 1_700_000_000_123.456;
const COLO = { status: 'colo' };
const capable = (qemu: FakeQemu, ...names: readonly string[]): void => {
  qemu.replies['query-migrate-capabilities'] = () => ({
    return: names.map((capability) => ({ capability, state: true })),
  });
};
const mode = (qemu: FakeQemu, ...modes: readonly string[]): void => {
  let asked = 0;
  qemu.replies['query-colo-status'] = () => {
    asked += 1;
    return { return: { mode: modes[asked - 1] ?? modes.at(-1), 'last-mode': 'none', reason: 'none' } };
  };
};

describe('QemuMonitor, of a COLO pair by events', () => {
  it('reports the secondary when it takes over', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', stands('inmigrate', {}));
      await bed.watch();
      for (const status of ['active', 'colo']) qemu.event('MIGRATION', { status });
      for (const event of ['RESUME', 'STOP', 'RESUME', 'STOP']) qemu.event(event);
      await bed.told.until('incoming');
      await bed.rest();
      expect(bed.told.events).toEqual(['appeared', 'incoming']);
      qemu.event('MIGRATION', { status: 'completed' });
      qemu.event('COLO_EXIT', { mode: 'secondary', reason: 'request' });
      qemu.event('RESUME');
      await bed.told.until('resumed');
      await bed.rest();
      expect(bed.told.events).toEqual(['appeared', 'incoming', 'loaded', 'resumed']);
    }));

  it.each([
    { mode: 'secondary', reason: 'error' }, // the primary is lost; it waits for somebody to decide
    { mode: 'primary', reason: 'request' },
    { mode: [], reason: 'request' },
    undefined,
  ])('is not taken in by COLO_EXIT %j', (data) =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', stands('inmigrate', {}));
      await bed.watch();
      for (const status of ['active', 'colo']) qemu.event('MIGRATION', { status });
      qemu.event('RESUME');
      qemu.event('COLO_EXIT', data);
      await bed.rest();
      expect(bed.told.events).toEqual(['appeared', 'incoming']);
    }),
  );

  it('keeps the guest of a primary that goes on alone', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp');
      await bed.watch();
      for (const status of ['setup', 'active', 'colo', 'completed']) qemu.event('MIGRATION', { status });
      expect(await bed.told.until('failed')).toMatchObject({ side: 'source', status: 'colo' });
      expect(bed.told.events).toEqual(['appeared', 'outgoing', 'failed']);
    }));
});

describe('QemuMonitor, of a COLO pair found at the start', () => {
  it.each<[string, string, (qemu: FakeQemu) => void, string, string | undefined]>([
    ['the primary', 'running', (qemu) => mode(qemu, 'primary'), 'running', undefined],
    ['the primary at a checkpoint', 'colo', (qemu) => mode(qemu, 'primary'), 'paused', undefined],
    ['the secondary', 'running', (qemu) => mode(qemu, 'secondary'), 'incoming', 'incoming'],
    ['the secondary at a checkpoint', 'colo', (qemu) => mode(qemu, 'secondary'), 'incoming', 'incoming'],
    ['an end that does not say which', 'running', () => undefined, 'incoming', 'incoming'],
    ['an end that makes no sense', 'running', (qemu) => mode(qemu, 'both'), 'incoming', 'incoming'],
    ['an end that is neither', 'running', (qemu) => mode(qemu, 'none'), 'incoming', 'incoming'],
    [
      'one of which it is told late',
      'running',
      (qemu) => mode(qemu, 'none', 'primary'),
      'running',
      undefined,
    ],
  ])('sees where %s stands', (_, runState, setUp, phase, origin) =>
    MonitorBed.with(async (bed) => {
      await bed.listen('a.qmp', (qemu) => {
        stands(runState, COLO)(qemu);
        setUp(qemu);
      });
      await bed.watch();
      const appeared = await bed.told.until('appeared');
      expect([appeared.phase, appeared.guest.origin]).toEqual([phase, origin]);
    }),
  );

  it('asks nothing more of others', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp');
      await bed.watch();
      expect(qemu.count('query-colo-status')).toBe(0);
    }));

  it('reports a secondary that takes over with its CPUs running, at the time of that', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', (fake) => {
        stands('running', COLO)(fake);
        mode(fake, 'secondary');
      });
      await bed.watch();
      qemu.event('COLO_EXIT', { mode: 'secondary', reason: 'request' });
      expect(await bed.told.until('resumed')).toMatchObject({ resumedAt: STAMP, readAt: bed.clock.now() });
      expect(bed.told.events).toEqual(['appeared', 'incoming', 'loaded', 'resumed']);
    }));
});

describe('QemuMonitor, of a COLO pair by polling', () => {
  const waiting =
    (...capabilities: readonly string[]) =>
    (qemu: FakeQemu): void => {
      stands('inmigrate', {})(qemu);
      capable(qemu, ...capabilities);
    };

  it.each([
    ['from the start', true, []],
    ['later on, and says so', false, ['changed']], // what was made ready for it must not leave
  ])('suspects a destination set up for it %s', (_, early, said) =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', waiting(...(early ? ['x-colo'] : [])));
      await bed.watch();
      capable(qemu, 'x-colo');
      await bed.pass(1000);
      qemu.event('RESUME'); // before the next look
      stands('running', COLO)(qemu);
      await bed.told.until('incoming');
      await bed.pass(1000);
      expect(bed.told.events).toEqual(['appeared', ...said, 'incoming']);
      qemu.event('STOP');
      stands('running', { status: 'completed' })(qemu);
      qemu.event('RESUME');
      await bed.told.until('resumed');
      expect(bed.told.events).toEqual(['appeared', ...said, 'incoming', 'loaded', 'resumed']);
    }),
  );

  it.each([
    [[], { 'announce-rounds': 5 }, 'guest'],
    [[], { 'announce-rounds': 0 }, 'nothing'],
    [[], {}, 'guest'], // QEMU before 4.0
    [['x-colo'], { 'announce-rounds': 5 }, 'perhaps-a-mirror'],
    [['events', 'x-colo'], { 'announce-rounds': 0 }, 'perhaps-a-mirror'],
  ])('has a guest with %j and %j say what its hypervisor announces', (capabilities, parameters, told) =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', waiting(...capabilities));
      qemu.replies['query-migrate-parameters'] = () => ({ return: parameters });
      await bed.watch();
      const { guest } = await bed.told.until('appeared');
      expect(await guest.selfAnnouncement?.({ signal: new AbortController().signal })).toBe(told);
    }),
  );

  it('takes a guest for one that is announced where QEMU knows no such command', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', waiting());
      delete qemu.replies['query-migrate-parameters'];
      await bed.watch();
      const { guest } = await bed.told.until('appeared');
      expect(await guest.selfAnnouncement?.({ signal: new AbortController().signal })).toBe('guest');
    }));

  it('reports an ordinary migration late, and of the right time', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', waiting('x-colo'));
      await bed.watch();
      stands('running', { status: 'active' })(qemu);
      qemu.event('RESUME');
      await bed.told.until('incoming');
      expect(bed.told.events).toEqual(['appeared', 'incoming']);
      const readAt = bed.clock.now();
      stands('running', { status: 'completed' })(qemu);
      await bed.pass(200);
      expect(await bed.told.until('resumed')).toMatchObject({ resumedAt: STAMP, readAt });
      expect(bed.told.events).toEqual(['appeared', 'incoming', 'loaded', 'resumed']);
    }));

  it('takes back what it said of one that was not set up for it', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp', waiting());
      await bed.watch();
      stands('running', COLO)(qemu);
      qemu.event('RESUME');
      await bed.told.until('stopped');
      expect(bed.told.events).toEqual(['appeared', 'resumed', 'incoming', 'stopped']);
    }));
});
