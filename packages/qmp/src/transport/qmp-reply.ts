import { isNestedDeeperThan } from '@nic-herald/core';
import { z } from 'zod';
import { MAX_QMP_DEPTH } from './qmp-message.js';

/** What QEMU replied to one command: what it returned, unchecked, or that it refused. */
export type QmpReply =
  | { readonly value: unknown }
  | { readonly errorClass: string; readonly description: string };

const refusal = z.object({ error: z.object({ class: z.string().max(256), desc: z.string() }) });

/**
 * Reads the reply of a command that somebody else passed on, whatever its id: `undefined` for text that is none, or nested
 * deeper than anything QEMU says.
 */
export const parseQmpReply = (text: string): QmpReply | undefined => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || isNestedDeeperThan(MAX_QMP_DEPTH, json)) return undefined;
  if ('return' in json) return { value: json.return };
  const { data } = refusal.safeParse(json);
  return data && { errorClass: data.error.class, description: data.error.desc };
};
