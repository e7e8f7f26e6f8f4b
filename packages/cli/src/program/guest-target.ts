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
    .argument('[guest]', 'its name, UUID or instance; needs a running agent')
    .addOption(new Option('--qmp <socket>', 'the QMP socket of the guest, a path; no agent is needed'))
    .option('--host <name>', 'ask only the agent of that host (default: all that run here)')
    .option(
      '--control <socket>',
      'ask only the agent at that control socket, a path (default: all in /run/nic-herald)',
    );

/** The argument as a part of a target. */
export const named = (guest: string | undefined): { readonly guest?: string } =>
  guest === undefined ? {} : { guest };
