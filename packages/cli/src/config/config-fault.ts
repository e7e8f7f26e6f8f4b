import { type ErrorCode, isHeraldError, messageOf } from '@nic-herald/core';

/** Something that is wrong with a herald.yaml, and where. */
export interface ConfigFault {
  /** `note`: an agent starts with it all the same, and warns. */
  readonly level: 'problem' | 'note';
  readonly code: ErrorCode;
  /** Counted from 1; absent where it is about the file as a whole. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** The faults in an error, an AggregateError of several included; `yaml` is the text of the file. */
export const configFaults = (
  error: unknown,
  file: string,
  yaml: string,
  level: ConfigFault['level'] = 'problem',
): readonly ConfigFault[] => {
  if (error instanceof AggregateError)
    return error.errors.flatMap((each) => configFaults(each, file, yaml, level));
  const code = isHeraldError(error) ? error.code : 'HERALD_CONFIG_INVALID';
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  const told = `${messageOf(error)}${cause}`;
  const line = lineOf(told, file);
  if (line === undefined) return [{ level, code, message: told }];
  const given = isHeraldError(error) ? error.details['column'] : undefined;
  const column = typeof given === 'number' ? given : firstColumn(yaml, line);
  return [{ level, code, line, column, message: told.slice(`${file}:${line}: `.length) }];
};

/** `herald.yaml:7:3: announce.rounds: must be ... (HERALD_CONFIG_INVALID)`, as compilers have it. */
export const faultText = ({ level, code, line, column, message }: ConfigFault, file: string): string => {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `${place}: ${level === 'note' ? 'note: ' : ''}${message} (${code})`;
};

/** Messages about a field begin with its file and line. */
const lineOf = (message: string, file: string): number | undefined => {
  if (!message.startsWith(`${file}:`)) return undefined;
  const [, line] = /^(\d+): /.exec(message.slice(file.length + 1)) ?? [];
  return line === undefined ? undefined : Number(line);
};

/** Where the first key of a line stands; that of a list's entry is behind the dash. */
const firstColumn = (yaml: string, line: number): number => {
  const [before = ''] = /^[\s-]*/.exec(yaml.split('\n')[line - 1] ?? '') ?? [];
  return before.length + 1;
};
