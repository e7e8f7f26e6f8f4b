import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOCK, GUEST_INTAKE, GUEST_MONITOR, MIGRATION_EVENT_BUS } from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { qemu } from '@nic-herald/monitor-qemu';
import {
  FakeClock,
  guestMonitorContract,
  loadRecording,
  RecordedQemu,
  ScriptedQmpServer,
  testContract,
} from '@nic-herald/testkit';
import { describe, it } from 'vitest';

describe.each(['virtio-vlan-noga', 'e1000-macvlan', 'rtl8139-macvlan'])('QEMU with %s', (name) => {
  const suite = guestMonitorContract({
    open: async ({ intake, bus }) => {
      const directory = await mkdtemp(join(tmpdir(), 'herald-'));
      const clock = new FakeClock();
      const guest = new RecordedQemu(loadRecording(name).source, clock, 'running');
      const server = new ScriptedQmpServer(guest, clock);
      await server.listen(join(directory, 'a.qmp'));
      const scope = new Scope();
      scope.register(MIGRATION_EVENT_BUS, { value: bus }).register(CLOCK, { value: clock });
      scope.register(GUEST_INTAKE, { value: intake });
      qemu({ sockets: [join(directory, '*.qmp')] }).install({
        provide: (of, provider) => void scope.register(of, provider),
        contribute: (of, provider) => void scope.register(of, provider),
      });
      const [monitor] = scope.all(GUEST_MONITOR);
      if (monitor === undefined) throw new TypeError('the plugin brought no monitor');
      return {
        monitor,
        stop: async () => guest.stop('paused'),
        resume: async () => guest.resume(),
        vanish: () => server.close(),
        close: async () => {
          await server.close();
          await rm(directory, { recursive: true });
        },
      };
    },
  });
  testContract(suite, { describe, it });
});
