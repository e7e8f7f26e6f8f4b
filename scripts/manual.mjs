// Writes the manual pages and the completion of shells under deploy/, from the commands and the schema of herald.yaml as they are
// built. With --check it writes nothing, and fails where one of them is not as it would be written.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDescription, refusalAt } from '../packages/cli/dist/config/config-description.js';
import { ownVersion } from '../packages/cli/dist/own-version.js';
import { notesOf } from '../packages/cli/dist/program/command-notes.js';
import { makeProgram } from '../packages/cli/dist/program/program.js';
import { commandPage } from './manual/command-page.mjs';
import { bashCompletion, fishCompletion, zshCompletion } from './manual/completion.mjs';
import { configKeys } from './manual/config-keys.mjs';
import { configPage } from './manual/config-page.mjs';
import { keyComments } from './manual/key-comments.mjs';

const root = new URL('../', import.meta.url);
const read = (path) => {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return '';
  }
};

/** Nothing is run, so nobody reads or writes. */
const nobody = { write: () => {}, writeError: () => {}, color: false, env: {}, uid: 0 };
const { command: program } = makeProgram(nobody);
const example = read('examples/herald.yaml');
const version = ownVersion();
/** `must be a time such as 12h` says what it must be. */
const told = (path) => refusalAt(path)?.replace(/^must be /, '') ?? 'as its plugin says';
const keys = configKeys(configDescription(), told);
const comments = keyComments(example);

const files = {
  'deploy/man/nic-herald.1': (date) => commandPage({ program, notesOf, date, version }),
  'deploy/man/herald.yaml.5': (date) => configPage({ keys, comments, example, date, version }),
  'deploy/completion/nic-herald.bash': () => bashCompletion(program),
  'deploy/completion/nic-herald.zsh': () => zshCompletion(program),
  'deploy/completion/nic-herald.fish': () => fishCompletion(program),
};

const today = new Date().toISOString().slice(0, 10);
/** The day on which the page that is there was changed last. */
const dateOf = (text) => /^\.TH \S+ \d (\S+)/.exec(text)?.[1] ?? today;
const stale = Object.entries(files).filter(([path, made]) => read(path) !== made(dateOf(read(path))));
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is not as the commands are: run npm run man`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, made] of stale) {
    const file = fileURLToPath(new URL(path, root));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, made(today));
    console.log(path);
  }
}
