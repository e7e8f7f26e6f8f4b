import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { HANDOFF_STORE, type HeraldPlugin, PLUGIN_CONTRACT } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { qemu } from '@nic-herald/monitor-qemu';
import { linuxPorts } from '@nic-herald/ports-linux';
import { linuxSink } from '@nic-herald/sink-linux';
import { MemoryHandoff } from '@nic-herald/testkit';
import { BareQemu, TAP } from './bench-bed.js';
import type { Sample } from './sample.js';
import { benchPolicy, handedOver } from './trigger-bench.js';

const MIGRATIONS = 12;
const DEADLINE_MS = 15_000;

/** Sends commands to a QMP socket and forgets the answers. */
export const command = (path: string, ...commands: string[]): void => {
  const socket = createConnection(path);
  socket.on('error', () => {});
  for (const text of ['{"execute":"qmp_capabilities"}', ...commands]) socket.write(`${text}\n`);
  socket.resume();
};

/** Migrates a guest to a QEMU that the agent watches; gives the agent's report. */
const migrateOnce = async (macs: number): Promise<MigrationReport> => {
  const directory = mkdtempSync(join(tmpdir(), 'nhbench-'));
  const channel = `unix:${join(directory, 'migration')}`;
  const handoff = new MemoryHandoff();
  await handoff.publish(handedOver(macs, 0));
  const store: HeraldPlugin = {
    name: 'bench-store',
    contract: PLUGIN_CONTRACT,
    install: (registrar) => registrar.contribute(HANDOFF_STORE, { value: handoff }),
  };
  const destination = new BareQemu(TAP, ['-incoming', channel]);
  const source = new BareQemu('tap1');
  await Promise.all([destination.ready(), source.ready()]);
  const host = await composeHost(
    [virtioNet(), linuxPorts(), linuxSink(), qemu({ sockets: [destination.socket] }), benchPolicy, store],
    { name: 'bench' },
  );
  try {
    return await new Promise<MigrationReport>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the guest did not arrive')), DEADLINE_MS);
      host.bus.on('announce:finished', ({ report }) => {
        clearTimeout(late);
        resolve(report);
      });
      setTimeout(
        () => command(`${source.socket}.driver`, `{"execute":"migrate","arguments":{"uri":"${channel}"}}`),
        200,
      );
    });
  } finally {
    await host.close();
    await Promise.all([destination.stop(), source.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Microseconds from QEMU's own stamp of RESUME to the event being read, and to the last frame handed over. */
export const benchResume = async (): Promise<{ stations: number; read: Sample; last: Sample }[]> => {
  const results: { stations: number; read: Sample; last: Sample }[] = [];
  for (const stations of [1, 64]) {
    const read: number[] = [];
    const last: number[] = [];
    for (let run = 0; run < MIGRATIONS; run++) {
      const { resumedAt, readAt, lastFrameAt } = await migrateOnce(stations);
      if (resumedAt === undefined || readAt === undefined || lastFrameAt === undefined) {
        throw new Error('the report lacks its times');
      }
      read.push((readAt - resumedAt) * 1000);
      last.push((lastFrameAt - resumedAt) * 1000);
    }
    results.push({ stations, read, last });
  }
  return results;
};
