import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../lab/wait-until.js';
import type { LibvirtHost } from './libvirt-host.js';

/** An event as QEMU stamped it. */
export interface QemuEvent {
  readonly event: string;
  /** Milliseconds since the epoch, to the microsecond. */
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

interface RawEvent {
  readonly event: string;
  readonly timestamp: { readonly seconds: number; readonly microseconds: number };
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Every event that the QEMUs of a host told their daemon, out of its log: so no client of libvirt is needed, and none
 * that was cut off misses any.
 */
export async function qemuEvents(host: LibvirtHost, sinceMs = 0): Promise<QemuEvent[]> {
  const log = await readFile(join(host.logs, 'libvirtd.log'), 'utf8').catch(() => '');
  const events = [...log.matchAll(/QEMU_MONITOR_RECV_EVENT: mon=\S+ event=(\{.*)$/gm)].flatMap(([, text]) => {
    const raw = parse(text ?? '');
    if (raw === undefined) return [];
    const { event, timestamp, data = {} } = raw;
    return [{ event, atMs: timestamp.seconds * 1000 + timestamp.microseconds / 1000, data }];
  });
  return events.filter(({ atMs }) => atMs >= sinceMs);
}

/** QEMU's own stamp of the first RESUME on a host since a moment. */
export async function resumeOn(host: LibvirtHost, sinceMs: number, timeoutMs = 60_000): Promise<number> {
  return waitUntil(`RESUME on ${host.host}`, { timeoutMs, everyMs: 50 }, async () => {
    return (await qemuEvents(host, sinceMs)).find(({ event }) => event === 'RESUME')?.atMs;
  });
}

/** A line that is still being written is none yet. */
function parse(text: string): RawEvent | undefined {
  try {
    return JSON.parse(text) as RawEvent;
  } catch {
    return undefined;
  }
}
