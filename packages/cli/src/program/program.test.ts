import { describe, expect, it } from 'vitest';
import { capturedIo } from '../../test/captured-io.js';
import { notesOf } from './command-notes.js';
import { makeProgram } from './program.js';

const helpOf = (name: string): string => {
  const { io, out } = capturedIo();
  makeProgram(io)
    .command.commands.find((each) => each.name() === name)
    ?.outputHelp();
  return out();
};

const { command: program } = makeProgram(capturedIo().io);
const commands = program.commands.map((command) => [command.name(), command] as const);
const options = [program, ...program.commands].flatMap((command) =>
  command.options.map((option) => [command.name(), option.long ?? option.flags, option] as const),
);

describe('the help', () => {
  it.each(options.filter(([, , { long }]) => long !== '--version'))(
    'of %s says what %s is where it is not given, or that it needs none',
    (_, __, option) => {
      expect(option.description).toMatch(/\(default: |; no agent is needed$/);
    },
  );

  it.each(options.filter(([, , { flags }]) => /<(n|ms)>/.test(flags)))(
    'of %s says the range of %s',
    (_, __, option) => {
      expect(option.description).toMatch(/\d+ to \d+( ms)? \(default: (\d+|all)\)$/);
    },
  );

  it.each(commands)('of %s says what each exit status means', (name, command) => {
    expect(Object.keys(notesOf(command).exit)).toEqual(expect.arrayContaining(['0', '1', '2']));
    expect(helpOf(name)).toMatch(/\nExit status:\n {2}0 {2}\S/);
  });

  it.each(commands.filter(([name]) => name !== 'run'))('of %s has --json', (_, command) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  it.each(commands)('of %s is no wider than a terminal of 80 columns', (name) => {
    for (const line of helpOf(name).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
