import { isNestedDeeperThan } from '@nic-herald/core';
import { z } from 'zod';
import type { QmpEvent } from './qmp-transport.js';

const greeting = z.object({ QMP: z.object({ version: z.unknown() }) });
const returnMessage = z.object({ return: z.unknown(), id: z.int() });
const errorMessage = z.object({
  error: z.object({ class: z.string().max(256), desc: z.string() }),
  id: z.int().optional(),
});

/** One line of a QMP conversation (QEMU's docs/interop/qmp-spec). */
export type QmpMessage =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'event'; readonly event: QmpEvent }
  | { readonly kind: 'return'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly id: number | undefined;
      readonly errorClass: string;
      readonly description: string;
    }
  /** Nested deeper than anything QEMU says; `id`: the command it answers, where it says so. */
  | { readonly kind: 'too-deep'; readonly id: number | undefined };

const MAX_EVENT_NAME = 256;
/** How deep a message may be nested. The deepest that QEMU sends, `query-pci`, takes 3 levels for each bridge. */
export const MAX_QMP_DEPTH = 64;
const utf8 = new TextDecoder();

/** Reads one line; `undefined` for anything that is no QMP message. Members it does not know are ignored. */
export const parseQmpMessage = (line: Uint8Array): QmpMessage | undefined => {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(line));
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  if ('event' in json) return readEvent(json);
  if (isNestedDeeperThan(MAX_QMP_DEPTH, json)) return { kind: 'too-deep', id: idOf(json) };
  if ('return' in json) {
    const { data } = returnMessage.safeParse(json);
    return data && { kind: 'return', id: data.id, value: data.return };
  }
  if ('error' in json) {
    const { data } = errorMessage.safeParse(json);
    return data && { kind: 'error', id: data.id, errorClass: data.error.class, description: data.error.desc };
  }
  return greeting.safeParse(json).success ? { kind: 'greeting' } : undefined;
};

/**
 * Checked by hand: this is on the way from RESUME to the first frame, and a schema that was not used for a
 * while takes 0.1 ms, the first time 1 ms. RESUME has no data to look into.
 */
const readEvent = (json: { event: unknown; data?: unknown; timestamp?: unknown }): QmpMessage | undefined => {
  const { event: name, data, timestamp } = json;
  if (typeof name !== 'string' || name.length > MAX_EVENT_NAME) return undefined;
  if (data !== undefined && isNestedDeeperThan(MAX_QMP_DEPTH, data))
    return { kind: 'too-deep', id: undefined };
  const stampedAt = stampOf(timestamp);
  return { kind: 'event', event: { name, data, ...(stampedAt === undefined ? {} : { stampedAt }) } };
};

const idOf = (json: object): number | undefined =>
  'id' in json && Number.isSafeInteger(json.id) ? (json.id as number) : undefined;

/** QEMU's `timestamp` is its wall clock; both numbers are -1 where it could not read one. */
const stampOf = (timestamp: unknown): number | undefined => {
  if (typeof timestamp !== 'object' || timestamp === null) return undefined;
  const { seconds, microseconds } = timestamp as { seconds?: unknown; microseconds?: unknown };
  const sound = Number.isSafeInteger(seconds) && Number.isSafeInteger(microseconds) && Number(seconds) > 0;
  return sound ? Number(seconds) * 1000 + Number(microseconds) / 1000 : undefined;
};
