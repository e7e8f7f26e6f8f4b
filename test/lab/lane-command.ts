import { Command, InvalidArgumentError } from 'commander';
import type { LaneFlags } from './run-cases.js';

/** What every lane of scenarios can be told. */
export interface LaneOptions extends LaneFlags {
  readonly scenario: readonly string[];
  readonly list: boolean;
  readonly qemuAlone: boolean;
}

interface NamedCase {
  readonly name: string;
  readonly summary: string;
}

/** The command of a lane, with the options of `LaneOptions`. */
export const laneCommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .option('--runs <n>', 'how often to run each scenario', positiveInteger, 1)
    .option(
      '--retries <n>',
      'how often a scenario that failed is run again, which the table then says',
      positiveInteger,
      0,
    )
    .option(
      '--scenario <name>',
      'run this one only (may be repeated)',
      (each, names: string[]) => [...names, each],
      [],
    )
    .option('--list', 'name the scenarios and end', false)
    .option('--qemu-alone', 'measure QEMU alone', false)
    .option('--ci', 'what cannot run counts as failed, and a choice of the scenarios is run', false);

/** Reads the value of an option. */
export const positiveInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('A whole number from 1 is wanted.');
  return value;
};

/** A line for each scenario. */
export const printCases = (cases: readonly NamedCase[]): void => {
  for (const { name, summary } of cases) console.log(`${name.padEnd(40)} ${summary}`);
};

/** The scenarios of these names, undefined where no name is given. Ends the command where one is unknown. */
export const namedCases = <T extends NamedCase>(
  command: Command,
  cases: readonly T[],
  names: readonly string[],
): readonly T[] | undefined => {
  const unknown = names.filter((name) => !cases.some((each) => each.name === name));
  if (unknown.length > 0) command.error(`no scenario is called ${unknown.join(', ')}; --list names them`);
  return names.length === 0 ? undefined : cases.filter(({ name }) => names.includes(name));
};
