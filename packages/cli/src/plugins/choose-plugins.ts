import { HeraldError } from '@nic-herald/core';
import {
  type AskedFor,
  BUILT_INS,
  type BuiltIn,
  builtInMeant,
  builtInOf,
  LIBVIRT_MONITOR,
  SCOPE,
} from '../agent/built-ins.js';
import type { RunFlags } from '../config/agent-settings.js';
import type { LoadedConfig } from '../config/load-config.js';
import { oneOrAll } from '../one-or-all.js';
import { builtInOptions, type OptionPlace } from './built-in-options.js';
import { configPlace, configReason } from './config-place.js';
import { isPath } from './find-plugin.js';
import type { LeftOutPlugin, PluginChoice, PluginChoices } from './plugin-choice.js';

/** What was found on this host that plugins are taken for, though nothing asks for them. */
export interface FoundHere {
  /** libvirt's socket. */
  readonly libvirtSocket?: string | undefined;
}

/**
 * Which plugins an agent takes, and why: of the built-ins those that are always taken, those that a flag or a section
 * asks for, those named under `plugins:`, and those that this host has a use for (`found`); and the plugins of others.
 * Nothing is loaded. Throws HERALD_CONFIG_INVALID or HERALD_PLUGIN_DUPLICATE, an AggregateError of them where there are
 * several.
 */
export const choosePlugins = (flags: RunFlags, file?: LoadedConfig, found: FoundHere = {}): PluginChoices => {
  const problems: HeraldError[] = file === undefined ? [] : entryProblems(file);
  const weighed = BUILT_INS.map((builtIn) => weigh(builtIn, flags, file, problems));
  const asked = weighed.filter((each) => each !== undefined && each.reasons.length > 0);
  let askedFor: AskedFor = {
    libvirtSocket: found.libvirtSocket,
    watches: asked.some((each) => each?.builtIn.watches === true),
    handsOver: asked.some((each) => each?.builtIn.handsOver === true),
    watchesLibvirt: asked.find((each) => each?.builtIn.name === LIBVIRT_MONITOR)?.reasons[0],
  };
  const taken: PluginChoice[] = [];
  const leftOut: LeftOutPlugin[] = [];
  for (const each of weighed) {
    if (each === undefined) continue;
    const { builtIn, because, choice } = each;
    if (because !== undefined) {
      leftOut.push({ plugin: builtIn.name, because });
      continue;
    }
    const byDefault = each.reasons.length > 0 ? undefined : builtIn.byDefault?.(askedFor);
    const reasons = byDefault === undefined ? each.reasons : [byDefault];
    if (reasons.length === 0) continue;
    if (builtIn.name === LIBVIRT_MONITOR) askedFor = { ...askedFor, watchesLibvirt: reasons[0] };
    taken.push(choice(reasons.join(', ')));
  }
  for (const [index, { use, enabled, with: given }] of entriesOf(file)) {
    if (file === undefined || builtInOf(use) !== undefined) continue;
    const path = ['plugins', index];
    if (enabled === false) leftOut.push({ plugin: use, because: configReason(file, path) });
    else {
      taken.push({
        use,
        because: configReason(file, path),
        given,
        placeOf: (keys) => configPlace(file, keys === undefined ? path : [...path, 'with', ...keys]),
      });
    }
  }
  if (problems.length > 0) throw oneOrAll(problems, `${file?.file ?? ''} is not valid`);
  return { taken, leftOut };
};

const entriesOf = (file: LoadedConfig | undefined) => [...(file?.config.plugins ?? []).entries()];

/** What is wrong with the entries of `plugins:` by themselves. */
const entryProblems = (file: LoadedConfig): HeraldError[] => {
  const problems: HeraldError[] = [];
  const first = new Map<string, number>();
  for (const [index, { use, enabled }] of entriesOf(file)) {
    const path = ['plugins', index];
    const builtIn = builtInOf(use);
    const earlier = first.get(use);
    if (builtIn === undefined) {
      const problem = enabled === false ? notThere(use) : undefined;
      if (problem !== undefined) {
        problems.push(new HeraldError('HERALD_CONFIG_INVALID', `${configPlace(file, path)}: ${problem}`));
      }
    } else if (earlier === undefined) first.set(use, index);
    else {
      const message = `${configPlace(file, path)}: ${use} stands in line ${file.lineOf(['plugins', earlier])} already: keep one of them`;
      problems.push(new HeraldError('HERALD_PLUGIN_DUPLICATE', message, { details: { plugin: use } }));
    }
  }
  return problems;
};

/** Leaving out what does not exist would leave in what was meant. */
const notThere = (use: string): string | undefined => {
  if (isPath(use)) return undefined;
  const meant = builtInMeant(use);
  if (meant !== undefined) return `there is no ${use} to leave out; did you mean '${meant}'?`;
  if (!use.startsWith(SCOPE)) return undefined;
  return `there is no ${use} to leave out; known are ${BUILT_INS.map(({ name }) => name).join(', ')}`;
};

/** A built-in, and what speaks for taking it. */
interface Weighed {
  readonly builtIn: BuiltIn;
  /** What asks for it; empty where nothing does. */
  readonly reasons: readonly string[];
  /** What leaves it out. */
  readonly because?: string;
  readonly choice: (because: string) => PluginChoice;
}

/** Finds what asks for a built-in or leaves it out; `undefined` where that has problems. */
const weigh = (
  builtIn: BuiltIn,
  flags: RunFlags,
  file: LoadedConfig | undefined,
  problems: HeraldError[],
): Weighed | undefined => {
  const { name, takenWith, section, bareFlag, sources } = builtIn;
  const found = entriesOf(file).find(([, { use }]) => use === name);
  const isOut = found?.[1].enabled === false;
  const entry = isOut ? undefined : found?.[0];
  let options: ReturnType<typeof builtInOptions>;
  try {
    options = builtInOptions(builtIn, flags, file, entry);
  } catch (error) {
    problems.push(...((error instanceof AggregateError ? error.errors : [error]) as HeraldError[]));
    return undefined;
  }
  const { values, places } = options;
  const demanded = takenWith === undefined ? undefined : places.get(takenWith);
  const entryReason =
    found === undefined || file === undefined ? undefined : configReason(file, ['plugins', found[0]]);
  // a flag wins over the file
  const isFlagged = bareFlag?.of(flags) === true;
  const byFlag = isFlagged || (demanded !== undefined && 'flag' in demanded);
  const bySection = section !== undefined && file !== undefined && stands(file.config, section);
  const reasons = [
    ...(takenWith === undefined && section === undefined ? ['always'] : []),
    ...(isFlagged ? [bareFlag.name] : []),
    ...(demanded === undefined ? [] : reasonOf(demanded, file)),
    ...(demanded === undefined && bySection ? [configReason(file, section)] : []),
    ...(entry === undefined || entryReason === undefined ? [] : [entryReason]),
  ];
  return {
    builtIn,
    reasons,
    ...(isOut && !byFlag ? { because: entryReason ?? '' } : {}),
    choice: (because) => ({
      use: name,
      builtIn,
      because,
      given: typeof values === 'object' && Object.keys(values ?? {}).length === 0 ? undefined : values,
      placeOf: (keys) =>
        placeOf(keys, places, sources.find(({ option }) => option === keys?.[0])?.key, entry, file) ?? name,
    }),
  };
};

/** Whether a section is there, if only empty. */
const stands = (config: object, section: readonly string[]): boolean => {
  let value: unknown = config;
  for (const key of section)
    value = typeof value === 'object' && value !== null ? value[key as never] : undefined;
  return value !== undefined;
};

const reasonOf = (place: OptionPlace, file: LoadedConfig | undefined): readonly string[] => {
  if ('flag' in place) return [place.flag];
  // an option of the entry: the entry itself is the reason
  return file === undefined || place.path[0] === 'plugins' ? [] : [configReason(file, place.path)];
};

/** Where an option of a built-in was given, or should have been. */
const placeOf = (
  keys: readonly PropertyKey[] | undefined,
  places: ReadonlyMap<string, OptionPlace>,
  key: readonly string[] | undefined,
  entry: number | undefined,
  file: LoadedConfig | undefined,
): string | undefined => {
  const [option, ...deeper] = keys ?? [];
  const place = option === undefined ? undefined : places.get(String(option));
  if (place !== undefined && 'flag' in place) return place.flag;
  if (file === undefined) return key?.join('.');
  if (place !== undefined) return configPlace(file, [...place.path, ...deeper]);
  if (entry === undefined) return undefined;
  return configPlace(file, ['plugins', entry, ...(keys === undefined ? [] : ['with', ...keys])]);
};
