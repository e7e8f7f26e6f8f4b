import { describe, expect, it } from 'vitest';
import { openBench } from '../test/handoff-fixture.js';
import type { LibvirtHandoffOptions } from './libvirt-handoff-options.js';
import { plugin } from './libvirt-handoff-plugin.js';

describe('options are refused that', () => {
  it.each<[string, unknown]>([
    ['name a relative path', { socket: 'libvirt-sock' }],
    ['name a path longer than a socket can have', { socket: `/${'é'.repeat(60)}` }],
    ['are no yes or no', { readOnly: 'yes' }],
    ['wait longer than a host does', { setTimeoutMs: 5000 }],
    ['nobody knows', { uri: 'qemu:///session' }],
  ])('%s', (_, options) => {
    expect(() => plugin(options as LibvirtHandoffOptions)).toThrow(
      expect.objectContaining({ code: 'HERALD_HANDOFF_OPTION' }) as Error,
    );
  });
});

const diagnose = async (options: LibvirtHandoffOptions, signal = AbortSignal.timeout(5000)) =>
  (await plugin(options).diagnose?.({ signal })) ?? [];

describe('diagnose', () => {
  it('says why there is no daemon', async () => {
    expect(await diagnose({ socket: '/nowhere/libvirt-sock' })).toMatchObject([
      { level: 'problem', code: 'HERALD_LIBVIRT_CONNECT' },
    ]);
  });

  it('tells versions, domains and rights, and sets nothing', async () => {
    const bench = await openBench();
    try {
      expect(await diagnose({ socket: bench.path })).toMatchObject([
        { level: 'ok', what: `libvirt 9.0.0 with QEMU 7.2.22 answers at ${bench.path}` },
        { level: 'ok', what: '1 domain runs there' },
        { level: 'ok', what: expect.stringContaining('read-write') as string },
      ]);
      const [, , rights] = await diagnose({ socket: bench.path, readOnly: true });
      expect(rights).toMatchObject({ level: 'note', code: 'HERALD_HANDOFF_READ_ONLY' });
      expect(bench.daemon.count('setMetadata')).toBe(0);
    } finally {
      await bench.close();
    }
  });

  it('is given up by its signal', async () => {
    const bench = await openBench();
    try {
      await expect(
        diagnose({ socket: bench.path }, AbortSignal.abort(new Error('enough'))),
      ).rejects.toThrow();
    } finally {
      await bench.close();
    }
  });
});
