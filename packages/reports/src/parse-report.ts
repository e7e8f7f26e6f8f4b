import type { MigrationReport } from '@nic-herald/core';
import * as z from 'zod';

const text = z.string().max(4096);
const count = z.number();
const warning = z.looseObject({ code: text, message: z.string().max(65_536) });
const announcement = z.looseObject({
  station: z.looseObject({ mac: text, vlan: count.optional() }),
  kind: text,
  address: text.optional(),
});
const refusal = z.looseObject({
  mac: text,
  vlan: count.optional(),
  address: text.optional(),
  evidence: text,
  reason: text,
  count: count.optional(),
  detail: text.optional(),
  seen: z.looseObject({ where: text, ageMs: count }).optional(),
});
const nic = z.looseObject({
  nic: text,
  model: text,
  port: text.optional(),
  sink: text.optional(),
  problem: warning.optional(),
  firedBy: z.enum(['kernel', 'agent']).optional(),
  kernel: z
    .looseObject({
      sent: count,
      firedAt: count,
      lastAt: count,
      shortfall: text.optional(),
      isLost: z.boolean().optional(),
    })
    .optional(),
  unarmed: warning.optional(),
  announced: z.array(announcement),
  added: z.array(announcement).default([]),
  refused: z.array(refusal).default([]),
});
const round = z.looseObject({
  round: count,
  startedAt: count,
  finishedAt: count,
  frames: count,
  accepted: count,
  byKernel: count.optional(),
  delayed: count.optional(),
  delayedMs: count.optional(),
});

/** What has to be right of a report for whoever lists or shows it; the rest passes as it is. */
const reportSchema = z.looseObject({
  format: z.literal(1),
  id: z.string().max(128).optional(),
  revision: z.int().min(1).default(1),
  guest: z.looseObject({ uuid: z.string().max(36).optional(), name: z.string().max(256).optional() }),
  host: z.string().max(256),
  epoch: z.int().min(0),
  cause: z.enum(['migration', 'late', 'manual']),
  mode: z.enum(['announce', 'observe']).optional(),
  outcome: z.enum(['announced', 'observed', 'superseded', 'failed', 'nothing-to-announce']),
  resumedAt: count.optional(),
  readAt: count.optional(),
  firstFrameAt: count.optional(),
  lastFrameAt: count.optional(),
  rounds: z.array(round),
  nics: z.array(nic),
  warnings: z.array(warning),
  sections: z.record(z.string(), z.unknown()).optional(),
});

/** Checks the text of a report, which anybody may have written; an Error says what is wrong with it. */
export const parseReport = (json: string): MigrationReport | Error => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return new Error('it is not JSON, or cut');
  }
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data as unknown as MigrationReport;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'it';
  return new Error(`it is no report: ${where}: ${issue?.message ?? 'wrong'}`.slice(0, 300));
};
