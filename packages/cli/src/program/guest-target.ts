import { type Command, Option } from 'commander';

/** Which guest is meant, as commander reads it. */
export interface TargetFlags {
  readonly qmp?: string;
  readonly host?: string;
  readonly control?: string;
}

/** Adds the argument and the options that say which guest a command is about. */
export const withTarget = (of: Command): Command =>
  of
    .argument('[guest]', 'name, UUID or instance; needs a running agent')
    .addOption(new Option('--qmp <socket>', 'the QMP socket of the guest; no agent is needed'))
    .option('--host <name>', 'ask only the agent of that host')
    .option('--control <socket>', 'ask only the agent at that control socket');

/** The argument as a part of a target. */
export const named = (guest: string | undefined): { readonly guest?: string } =>
  guest === undefined ? {} : { guest };
