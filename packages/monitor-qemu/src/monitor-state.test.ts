import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MonitorBed } from '../test/monitor-bed.js';

describe('whether the QEMU monitor can see guests', () => {
  it('is not said where nothing at any socket speaks QMP, and again once one does', () =>
    MonitorBed.with(async (bed) => {
      const stranger = createServer((socket) => socket.end('HTTP/1.1 400\r\n'));
      await new Promise<void>((resolve) => stranger.listen(bed.path('a.qmp'), resolve));
      const monitor = await bed.watch();
      await bed.pass(1000);
      const state = monitor.state();
      expect(state).toMatchObject({ ready: false, code: expect.stringMatching(/^HERALD_QMP_/) as string });
      expect(state.message).toContain('watches none of 1 QMP sockets');
      await bed.listen('b.qmp');
      await bed.pass(3000);
      await bed.told.until('appeared');
      expect(monitor.state()).toEqual({ ready: true, message: 'watches 1 of 2 QMP sockets' });
      await new Promise((resolve) => stranger.close(resolve));
    }));

  it('does not depend on what QEMUs that have ended leave behind, nor on what is no socket', () =>
    MonitorBed.with(async (bed) => {
      const qemu = await bed.listen('a.qmp');
      await writeFile(bed.path('note.qmp'), '');
      const monitor = await bed.watch();
      expect(monitor.state()).toMatchObject({ ready: true });
      await qemu.close();
      await bed.told.until('gone');
      await bed.pass(3000);
      expect(monitor.state()).toMatchObject({ ready: true });
    }));

  it('is yes where there are no QEMUs', () =>
    MonitorBed.with(async (bed) => {
      expect((await bed.watch()).state()).toEqual({ ready: true, message: 'watches 0 of 0 QMP sockets' });
    }));
});
