import { appendFile } from 'node:fs/promises';
import {
  guestLabel,
  HOST_SERVICE,
  type HostService,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import * as z from 'zod';

const options = z.strictObject({ file: z.string().min(1) });

class Journal implements HostService {
  private last: Promise<void> = Promise.resolve();

  constructor(bus: MigrationEventBus, file: string) {
    // Where what is returned rejects, the bus says so, as `listener:failed`.
    bus.on('announce:finished', ({ report: { guest, cause, outcome, epoch } }) => {
      const line = `${guestLabel(guest)} epoch ${epoch}, ${cause}: ${outcome}\n`;
      this.last = this.last.catch(() => {}).then(() => appendFile(file, line));
      return this.last;
    });
  }

  /** Called when the last fact was told: what is still being written is waited for. */
  close = (): Promise<void> => this.last.catch(() => {});
}

const journal: PluginFactory<z.infer<typeof options>> = ({ file }) => ({
  name: '@example/nic-herald-journal',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, { factory: ({ get }) => new Journal(get(MIGRATION_EVENT_BUS), file) }),
});

/** What `plugins:` in herald.yaml looks for. A host in code calls it: `plugin({ file: '/var/log/moves' })`. */
export const plugin: PluginFactory<z.infer<typeof options>> = Object.assign(journal, { options });
