// How long after QEMU's stamp of RESUME the last of 64 frames is handed to the kernel, under libvirt and at QEMU's own
// socket, idle and beside six busy loops: in one run, one after the other and then the other way round.
//   resume-bench-main.ts [MIGRATIONS]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { median, type Sample, summary } from '../bench/sample.js';
import { guestImage } from '../lab/host-requirements.js';
import { LabProcess } from '../lab/lab-process.js';
import { stopActiveRigs } from '../lab/lab-rig.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import type { LibvirtContext } from './libvirt-case.js';
import { migrationsOfRawQemu } from './migrations-of-raw-qemu.js';
import { migrationsUnderLibvirt } from './migrations-under-libvirt.js';

const busyLoops = 6;
const cache = join(import.meta.dirname, '../../.cache');
const migrations = Number(process.argv[2] ?? 10);

const ways = { libvirt: migrationsUnderLibvirt, 'raw QMP': migrationsOfRawQemu };
type Way = keyof typeof ways;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
}
await main();

async function main(): Promise<void> {
  const images = join(cache, 'lab');
  const image = await guestImage(images);
  await reapDeadLabs();
  const place = { cache: join(cache, 'libvirt/capabilities/own'), images };
  const directory = join(cache, 'libvirt/resume-bench');
  await mkdir(directory, { recursive: true });
  const context = {
    image,
    place,
    directory,
    qemuAloneOnly: false,
    isShort: false,
    handoffInDirectory: false,
  };
  console.log(`node ${process.version}, ${migrations} migrations each time; median (least - most), ms\n`);
  const all = new Map<string, MigrationReport[]>();
  for (const load of [0, busyLoops]) {
    for (const way of ['libvirt', 'raw QMP', 'raw QMP', 'libvirt'] as const) {
      const reports = await measured(context, way, load);
      const key = `${way}, ${load === 0 ? 'idle' : `${load} busy loops`}`;
      print(key, reports);
      all.set(key, [...(all.get(key) ?? []), ...reports]);
    }
  }
  console.log('\nall of each');
  for (const [key, reports] of all) print(key, reports);
}

async function measured(context: LibvirtContext, way: Way, load: number): Promise<MigrationReport[]> {
  const loops: LabProcess[] = [];
  const ready = (): void => {
    for (let number = 1; number <= load; number++) {
      const logFile = join(context.directory, 'busy.log');
      loops.push(
        new LabProcess({ title: 'busy loop', command: ['sh', '-c', 'while :; do :; done'], logFile }),
      );
    }
  };
  try {
    return await ways[way](context, migrations, ready);
  } finally {
    await Promise.all(loops.map((loop) => loop.stop('SIGKILL')));
  }
}

function print(key: string, reports: readonly MigrationReport[]): void {
  const since = (what: 'readAt' | 'firstFrameAt' | 'lastFrameAt'): Sample =>
    reports.map((report) => (report[what] ?? Number.NaN) - (report.resumedAt ?? Number.NaN));
  const told = (sample: Sample): string => {
    const { low, high } = summary(sample);
    return `${median(sample).toFixed(2)} (${low.toFixed(2)} - ${high.toFixed(2)})`;
  };
  const frames = [...new Set(reports.map(({ rounds }) => rounds[0]?.frames))].join('/');
  const parts = [`read ${told(since('readAt'))}`, `last frame ${told(since('lastFrameAt'))}`];
  console.log(`${key.padEnd(28)} n=${reports.length}  ${frames} frames  ${parts.join('  ')}`);
}
