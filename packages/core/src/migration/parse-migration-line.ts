import * as z from 'zod';
import { ANNOUNCE_CAUSES, ANNOUNCE_OUTCOMES } from '../announce/migration-report.js';
import { proofSectionSchema } from '../announce/proof-section.js';
import { MAX_GUEST_NAME } from '../guest/guest-identity.js';
import { MAX_HOST_NAME } from '../handoff/parse-snapshot.js';
import { MAX_LINE_BYTES, MAX_LINE_MESSAGE, MAX_LINE_WARNINGS, type MigrationLine } from './migration-line.js';

const text = z.string().max(4096);
const count = z.int().min(0);
const any = { at: z.number(), host: z.string().max(MAX_HOST_NAME) };
const aboutGuest = {
  ...any,
  guest: z.object({ uuid: z.string().max(64).optional(), name: z.string().max(MAX_GUEST_NAME).optional() }),
  instance: text,
};
const mode = z.enum(['announce', 'observe']).optional();
const warning = z.object({ code: z.string().max(256), message: z.string().max(MAX_LINE_MESSAGE) });
const announced = z.object({
  fact: z.literal('announced'),
  ...aboutGuest,
  id: text.optional(),
  cause: z.enum(ANNOUNCE_CAUSES),
  retryOf: text.optional(),
  outcome: z.enum(ANNOUNCE_OUTCOMES),
  mode,
  from: z.string().max(MAX_HOST_NAME).optional(),
  stations: count,
  refused: count,
  firstFrameMs: z.number().optional(),
  lastFrameMs: z.number().optional(),
  nics: z.array(
    z.object({
      nic: text,
      port: text.optional(),
      stations: count,
      refused: count,
      firedBy: z.enum(['kernel', 'agent']).optional(),
      problem: warning.optional(),
    }),
  ),
  warnings: z.array(warning).max(MAX_LINE_WARNINGS),
});
const proof = z.object({
  fact: z.literal('proof'),
  ...aboutGuest,
  id: text.optional(),
  retryOf: text.optional(),
  revision: count,
  resumedAt: z.number().optional(),
  proof: proofSectionSchema,
});
const line = z.discriminatedUnion('fact', [
  z.object({ fact: z.literal('watching'), ...any, proof: z.boolean() }),
  z.object({ fact: z.literal('awaited'), ...aboutGuest }),
  z.object({ fact: z.literal('incoming'), ...aboutGuest }),
  z.object({ fact: z.literal('armed'), ...aboutGuest, frames: count, mode }),
  z.object({ fact: z.literal('resumed'), ...aboutGuest, resumedAt: z.number(), readAt: z.number() }),
  announced,
  proof,
  z.object({
    fact: z.literal('failed'),
    ...aboutGuest,
    side: z.enum(['source', 'destination']),
    status: z.string().max(MAX_LINE_MESSAGE),
  }),
  z.object({ fact: z.literal('leaving'), ...aboutGuest }),
  z.object({ fact: z.literal('left'), ...aboutGuest }),
  z.object({ fact: z.literal('gone'), ...aboutGuest }),
  z.object({ fact: z.literal('dropped'), ...any, lines: count }),
  z.object({ fact: z.literal('alive'), ...any }),
]);

/**
 * Reads one line of a watcher; `undefined` where it is none: too long, no JSON, of an unknown fact, or of another form. Members that
 * are not known are left out.
 */
export const parseMigrationLine = (json: string): MigrationLine | undefined => {
  if (json.length > MAX_LINE_BYTES) return undefined;
  try {
    const parsed = line.safeParse(JSON.parse(json));
    return parsed.success ? (parsed.data as MigrationLine) : undefined;
  } catch {
    return undefined;
  }
};
