import { HeraldError, messageOf } from '@nic-herald/core';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { nearestWord } from '../nearest-word.js';
import { printable } from '../printable.js';
import { type HeraldConfig, heraldConfigSchema } from './herald-config.js';
import { valueText } from './value-text.js';

/** The keys that lead to a field. */
export type Path = readonly PropertyKey[];

/** A configuration and where its fields stand, counted from 1; or all that is wrong with it. */
export type ParsedConfig =
  | { readonly config: HeraldConfig; readonly lineOf: (path: Path) => number }
  | { readonly problems: readonly HeraldError[] };

/**
 * Checks the text of a herald.yaml. Returns it, or every problem, each with file, line and field:
 * `herald.yaml:7: announce.rounds: must be a whole number from 0 to 1000, got 5000` (HERALD_CONFIG_INVALID).
 */
export const parseConfig = (yaml: string, file: string): ParsedConfig => {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problem = (offset: number, message: string): HeraldError => {
    const { line, col: column } = lines.linePos(offset);
    return new HeraldError('HERALD_CONFIG_INVALID', `${file}:${line}: ${message}`, {
      details: { file, line, column },
    });
  };
  const notYaml = [...document.errors, ...document.warnings];
  if (notYaml.length > 0) {
    return { problems: notYaml.map((error) => problem(error.pos[0], `not YAML: ${error.message}`)) };
  }
  let content: unknown;
  try {
    content = document.toJS() ?? {};
  } catch (error) {
    return { problems: [problem(0, `not YAML: ${messageOf(error)}`)] };
  }
  const parsed = heraldConfigSchema.safeParse(content);
  if (parsed.success) {
    return { config: parsed.data, lineOf: (path) => lineAt(offsetOf(document, path)) };
  }
  const problems = parsed.error.issues.flatMap((issue) => {
    const where = issue.path.map(keyText).join('.') || 'the file';
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        problem(offsetOf(document, [...issue.path, key]), `${where}: ${unknownKey(issue.path, key)}`),
      );
    }
    const got = valueText(valueAt(content, issue.path));
    // what is wrong with the keys of a mapping is said whole
    const said =
      issue.code === 'custom' && got === 'a mapping' ? issue.message : `${issue.message}, got ${got}`;
    return [problem(offsetOf(document, issue.path), `${where}: ${said}`)];
  });
  return { problems };
};

/** A key as messages have it: one that is too long is cut. */
const keyText = (key: PropertyKey): string => {
  const text = printable(String(key));
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
};

const unknownKey = (path: Path, key: string): string => {
  const known = knownKeys(path);
  const meant = nearestWord(key, known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean '${meant}'?`;
  return `unknown key '${key.slice(0, 60)}'; ${hint}`;
};

/** The keys the schema knows of the mapping at this path. */
const knownKeys = (path: Path): readonly string[] => {
  let schema: unknown = heraldConfigSchema;
  for (const part of [...path, undefined]) {
    while (schema instanceof z.ZodOptional || schema instanceof z.ZodPipe) {
      schema = schema instanceof z.ZodPipe ? schema.out : schema.unwrap();
    }
    if (part === undefined) break;
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<PropertyKey, unknown>)[part];
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else if (schema instanceof z.ZodArray) schema = schema.element;
  }
  if (!(schema instanceof z.ZodObject)) return [];
  const fields = Object.entries(schema.shape);
  return fields.filter(([, field]) => !isForbidden(field)).map(([key]) => key);
};

/** A key that has a message of its own, since it belongs somewhere else. */
const isForbidden = (field: unknown): boolean =>
  field instanceof z.ZodOptional && field.unwrap() instanceof z.ZodNever;

/** Where the key of a path stands in the text; for a list's entry the entry, for what is not there what it is missing from. */
const offsetOf = (document: Document.Parsed, path: Path): number => {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    if (isPair(pair) && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
  }
  const node = key === undefined ? document.contents : document.getIn(path, true);
  if (isNode(node)) return node.range?.[0] ?? 0;
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1));
};

const valueAt = (content: unknown, path: Path): unknown => {
  let value = content;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value;
};
