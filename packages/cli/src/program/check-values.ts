import type { Command } from 'commander';
import {
  gathered,
  guestName,
  hostName,
  path,
  socketPath,
  socketsOrGlobs,
  textOf,
} from '../commands/option-values.js';

type Parse = (value: string, before: never) => unknown;

const server = textOf({ most: 256, what: 'an address' });
const nicId = textOf({ most: 256, what: 'the id of a NIC' });

/** How the value of an option is checked, by its long flag. */
const OPTIONS: Readonly<Record<string, Parse>> = {
  '--config': path,
  '--control': socketPath,
  '--dir': path,
  '--handoff-dir': path,
  '--handoff-nats': (value: string, before: readonly string[] | undefined) => gathered(server(value), before),
  '--host': hostName,
  '--interface': (value: string, before: readonly string[] | undefined) => gathered(nicId(value), before),
  '--libvirt': socketPath,
  '--metrics': textOf({ most: 300, what: 'an address and a port' }),
  '--nic': nicId,
  '--out': path,
  '--qmp': socketPath,
  '--report-dir': path,
  '--since': textOf({ most: 64, what: 'a time' }),
  '--guest': guestName,
  '--type': textOf({ most: 256, what: "a card's type" }),
};
/** The same for one command alone. */
const OF_COMMAND: Readonly<Record<string, Parse>> = { 'run --qmp': socketsOrGlobs };
/** The same for arguments, by name. */
const ARGUMENTS: Readonly<Record<string, Parse>> = {
  guest: guestName,
  file: path,
  report: textOf({ most: 256, what: 'a report' }),
};

/**
 * Has the values of all options and arguments checked: an empty one, one too long, and one that would drive a terminal is
 * refused with its option, its value and its limit. What an option's own parser checks is left to that.
 */
export const checkValues = (program: Command): void => {
  for (const command of program.commands) {
    for (const option of command.options) {
      const long = option.long ?? '';
      const parse = OF_COMMAND[`${command.name()} ${long}`] ?? (isOpen(option) ? OPTIONS[long] : undefined);
      if (parse !== undefined) option.argParser(parse as (value: string, before: unknown) => unknown);
    }
    for (const argument of command.registeredArguments) {
      const parse = ARGUMENTS[argument.name()];
      if (parse !== undefined) argument.argParser(parse as (value: string, before: unknown) => unknown);
    }
  }
};

/** Whether nothing but `gathered` looks at its values so far. */
const isOpen = ({ parseArg }: { readonly parseArg?: unknown }): boolean =>
  parseArg === undefined || parseArg === gathered;
