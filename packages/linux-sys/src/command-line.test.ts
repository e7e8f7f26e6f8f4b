import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine, parseCommandLine } from './command-line.js';

describe('parseCommandLine', () => {
  it.each<[string, string, readonly string[] | undefined]>([
    ['a program alone', 'qemu\0', ['qemu']],
    ['arguments', 'qemu\0-incoming\0defer\0', ['qemu', '-incoming', 'defer']],
    ['empty ones', 'qemu\0\0-S\0\0', ['qemu', '', '-S', '']],
    ['one with blanks and line ends', 'qemu\0-name\0a b\n-incoming\0', ['qemu', '-name', 'a b\n-incoming']],
    ['one that the process wrote over', 'sshd: user@pts/0', ['sshd: user@pts/0']],
    ['none, as of a thread of the kernel', '', undefined],
  ])('reads %s', (_what, text, args) => {
    expect(parseCommandLine(text)).toEqual(args);
  });
});

describe.skipIf(process.platform !== 'linux')('commandLine', () => {
  it('reads that of this process', async () => {
    expect((await commandLine(process.pid))?.length).toBeGreaterThan(0);
  });

  it.each<[string, number, boolean]>([
    ['of 100 kB', 1, true],
    ['that is longer than anybody should want', 12, false],
  ])('reads one %s, or none', async (_what, count, known) => {
    const args = Array.from({ length: count }, () => 'x'.repeat(100_000));
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', ...args], {
      stdio: 'ignore',
    });
    try {
      const line = await commandLine(child.pid ?? 0);
      expect(line?.length).toBe(known ? count + 3 : undefined);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 40])('knows nothing of process %d', async (pid) => {
    expect(await commandLine(pid)).toBeUndefined();
  });
});
