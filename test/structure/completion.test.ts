import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../deploy/completion/nic-herald.bash', import.meta.url));

/** What bash offers for the last of these words. */
const offered = (...words: readonly string[]): readonly string[] => {
  const complete = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nic_herald; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync('bash', ['-c', complete, 'bash', SCRIPT, 'nic-herald', ...words], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    encoding: 'utf8',
  });
  return printed.split('\n').filter((each) => each !== '');
};

it.each<[string, readonly string[], readonly string[]]>([
  ['nothing after a command nobody knows', ['rum', '--'], []],
  ['nothing where only the user knows', ['announce', '--rounds', ''], []],
  ['commands', ['an'], ['announce']],
  ['commands to be helped with', ['help', 'do'], ['doctor']],
  ['options of the command', ['announce', 'web', '--ro'], ['--rounds']],
  ['options after one of the program', ['--debug', 'doctor', '--j'], ['--json']],
  ['words that an option takes', ['run', '--log-level', 'wa'], ['warn']],
  ['folders where one is wanted', ['run', '--report-dir', 'exampl'], ['examples']],
  ['files where a command takes one', ['check', 'examples/herald.y'], ['examples/herald.yaml']],
  ['files where an option wants one', ['run', '-c', 'examples/herald.y'], ['examples/herald.yaml']],
])('bash offers %s', (_, words, offers) => {
  expect(offered(...words)).toEqual(offers);
});
