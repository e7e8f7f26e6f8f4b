import { type ErrorCode, type Finding, type HeraldPlugin, isHeraldError, messageOf } from '@nic-herald/core';
import * as z from 'zod';
import { SCOPE } from '../agent/built-ins.js';
import { type LoadedPlugin, loadPlugin } from '../plugins/load-plugins.js';
import type { PluginChoice } from '../plugins/plugin-choice.js';
import type { SubjectFinding } from './subject-finding.js';

/** Longest that one plugin may take to look around, ms. */
const DIAGNOSE_DEADLINE_MS = 5000;

const TEXT_LENGTH = 2000;
const text = z
  .string()
  .min(1)
  .transform((all) => all.slice(0, TEXT_LENGTH));
const findingsSchema = z
  .array(
    z.object({
      level: z.enum(['ok', 'note', 'problem']),
      what: text,
      advice: text.optional(),
      code: z
        .string()
        .regex(/^HERALD_[A-Z0-9_]{1,60}$/)
        .optional(),
    }),
  )
  .max(1000);

/** For which agent plugins look around. */
export interface DiagnoseSettings {
  /** Its herald.yaml. */
  readonly file?: string | undefined;
  /** Its name. */
  readonly host?: string | undefined;
  readonly deadlineMs?: number;
}

/** What the plugins say of this machine, and those that could be loaded. */
export interface Diagnosis {
  readonly findings: readonly SubjectFinding[];
  /** Absent where one could not. */
  readonly loaded?: readonly LoadedPlugin[];
}

/**
 * Loads plugins and has each look at this machine, all at a time and each within its deadline. One that cannot be
 * loaded, throws, hangs or gives nonsense is a problem that names it, and holds up no other. Never rejects.
 */
export const diagnosePlugins = async (
  choices: readonly PluginChoice[],
  { file, host, deadlineMs = DIAGNOSE_DEADLINE_MS }: DiagnoseSettings = {},
): Promise<Diagnosis> => {
  const settings = { file, host, deadlineMs };
  const each = await Promise.all(choices.map((choice) => diagnoseOne(choice, settings)));
  const loaded = each.flatMap(({ plugin }) => (plugin === undefined ? [] : [plugin]));
  return {
    findings: each.flatMap(({ findings }, index) => {
      const subject = subjectOf(choices[index]?.use ?? '');
      return findings.map((finding) => ({ subject, ...finding }));
    }),
    ...(loaded.length === choices.length ? { loaded } : {}),
  };
};

/** How a plugin is called among findings. */
export const subjectOf = (use: string): string => (use.startsWith(SCOPE) ? use.slice(SCOPE.length) : use);

const diagnoseOne = async (
  choice: PluginChoice,
  { file, host, deadlineMs }: DiagnoseSettings & { readonly deadlineMs: number },
): Promise<{ readonly plugin?: LoadedPlugin; readonly findings: readonly Finding[] }> => {
  let plugin: LoadedPlugin;
  try {
    plugin = await loadPlugin(choice, file);
  } catch (error) {
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    return { findings: errors.map((one) => problemOf(one, 'HERALD_PLUGIN_LOAD')) };
  }
  return { plugin, findings: await findingsOf(plugin.plugin, host, deadlineMs) };
};

const findingsOf = async (
  plugin: HeraldPlugin,
  host: string | undefined,
  deadlineMs: number,
): Promise<readonly Finding[]> => {
  if (plugin.diagnose === undefined) return [];
  const control = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([
        {
          level: 'problem',
          what: `its diagnosis took longer than ${deadlineMs} ms and was given up`,
          code: 'HERALD_TIMEOUT',
        },
      ]);
      control.abort(new Error(`longer than ${deadlineMs} ms`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([
      checked(plugin, { signal: control.signal, ...(host === undefined ? {} : { host }) }),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
};

/** Resolves also where the plugin throws, and where what it gives are no findings. */
const checked = async (
  plugin: HeraldPlugin,
  context: Parameters<NonNullable<HeraldPlugin['diagnose']>>[0],
): Promise<readonly Finding[]> => {
  try {
    const { data, error } = findingsSchema.safeParse(await plugin.diagnose?.(context));
    // exact optional members: zod leaves out what was not there
    if (data !== undefined) return data as readonly Finding[];
    const what = `its diagnosis gave no list of findings: ${z.prettifyError(error).slice(0, 300)}`;
    return [{ level: 'problem', what, code: 'HERALD_PLUGIN_DIAGNOSE' }];
  } catch (error) {
    const { what, ...problem } = problemOf(error, 'HERALD_PLUGIN_DIAGNOSE');
    return [{ ...problem, what: `its diagnosis failed: ${what}` }];
  }
};

const withCause = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${messageOf(error)}: ${messageOf(error.cause)}`
    : messageOf(error);

const problemOf = (error: unknown, code: ErrorCode): Finding => ({
  level: 'problem',
  what: withCause(error).slice(0, TEXT_LENGTH),
  code: isHeraldError(error) ? error.code : code,
});
