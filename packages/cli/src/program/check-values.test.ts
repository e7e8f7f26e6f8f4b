import { describe, expect, it } from 'vitest';
import { ran } from '../../test/captured-io.js';
import type { CliIo } from '../cli-io.js';
import { makeProgram } from './program.js';

const LONG = 'x'.repeat(300);

describe('the values of options', () => {
  it.each<[readonly string[], string, string, string]>([
    [['run', '--qmp', ''], '--qmp', "''", 'is empty; a path has 1 to 4096 characters'],
    [['run', '--qmp', `/${LONG}`], '--qmp', "'/xxx", 'has 301 bytes, that of a Unix socket at most 107'],
    [['run', '--host', ''], '--host', "''", "is empty; a host's name has 1 to 128 characters"],
    [['run', '--host', LONG], '--host', "xxx...'", "has 300 characters, a host's name at most 128"],
    [['run', '--host', 'a\nb'], '--host', String.raw`'a\x0ab'`, 'has control characters'],
    [['run', '--host', 'a\u001b[2J'], '--host', String.raw`\x1b[2J'`, 'has control characters'],
    [['run', '--config', ''], '--config', "''", 'is empty'],
    [['run', '--handoff-dir', ''], '--handoff-dir', "''", 'is empty'],
    [['run', '--handoff-dir', '/'.repeat(5000)], '--handoff-dir', "/...'", 'a path at most 4096'],
    [['run', '--report-dir', ''], '--report-dir', "''", 'is empty'],
    [['run', '--control', ''], '--control', "''", 'is empty'],
    [
      ['run', '--control', `/tmp/${LONG}`],
      '--control',
      "...'",
      '305 bytes, that of a Unix socket at most 107',
    ],
    [['run', '--libvirt', ''], '--libvirt', "''", 'is empty'],
    [['run', '--libvirt', `/${LONG}`], '--libvirt', "...'", 'at most 107'],
    [['inspect', '--qmp', ''], '--qmp', "''", 'is empty'],
    [['inspect', '--host', ''], '--host', "''", 'is empty'],
    [['inspect', '--control', ''], '--control', "''", 'is empty'],
    [['inspect', ''], 'guest', "''", "is empty; a guest's name"],
    [['announce', LONG], 'guest', "xxx...'", "has 300 characters, a guest's name at most 256"],
    [['announce', 'web', '--interface', ''], '--interface', "''", 'is empty'],
    [['record', 'web', '--nic', LONG], '--nic', "...'", 'at most 256'],
    [['record', 'web', '--out', ''], '--out', "''", 'is empty'],
    [['plugins', '--host', ''], '--host', "''", 'is empty'],
    [['doctor', '--config', ''], '--config', "''", 'is empty'],
    [['new-model', 'acme', '--dir', ''], '--dir', "''", 'is empty'],
  ])('%j is refused with the option, the value and the limit', async (argv, option, value, limit) => {
    const { status, err } = await ran(argv);
    expect(status).toBe(2);
    expect(err).toContain(option);
    expect(err).toContain(value);
    expect(err).toContain(limit);
    expect(err).toMatch(/^nic-herald: [^\n]{1,400} \(HERALD_USAGE\)\n$/);
  });

  it('are all checked', () => {
    const { command: program } = makeProgram({} as CliIo);
    const open = program.commands.flatMap((command) => [
      ...command.options
        .filter(({ required, optional, parseArg }) => (required || optional) && parseArg === undefined)
        .map(({ long }) => `${command.name()} ${long}`),
      ...command.registeredArguments
        .filter(({ parseArg }) => parseArg === undefined)
        .map((argument) => `${command.name()} ${argument.name()}`),
    ]);
    expect(open).toEqual(['new-model name']); // the command says itself what a package's name is
  });
});
