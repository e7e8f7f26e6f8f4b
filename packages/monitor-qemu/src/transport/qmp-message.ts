import { z } from 'zod';

/** QEMU's `timestamp`: its wall clock; both numbers are -1 where it could not read one. */
const timestamp = z.object({ seconds: z.int(), microseconds: z.int() });
const greeting = z.object({ QMP: z.object({ version: z.unknown() }) });
const eventMessage = z.object({ event: z.string().max(256), data: z.unknown().optional(), timestamp });
const returnMessage = z.object({ return: z.unknown(), id: z.int() });
const errorMessage = z.object({
  error: z.object({ class: z.string().max(256), desc: z.string() }),
  id: z.int().optional(),
});

/** An event as QEMU sent it. `data` is unchecked. */
export interface QmpEvent {
  readonly name: string;
  readonly data: unknown;
  /** QEMU's stamp, ms since 1970 UTC with a fraction; absent where QEMU had no clock. */
  readonly stampedAt?: number;
}

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
    };

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

const readEvent = (json: object): QmpMessage | undefined => {
  const { data } = eventMessage.safeParse(json);
  if (data === undefined) return undefined;
  const { seconds, microseconds } = data.timestamp;
  return {
    kind: 'event',
    event: {
      name: data.event,
      data: data.data,
      ...(seconds > 0 ? { stampedAt: seconds * 1000 + microseconds / 1000 } : {}),
    },
  };
};
