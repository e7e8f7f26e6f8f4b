// What every package exports, as text: test/api/<package>.txt. A change of the public API is then a visible diff.
// `npm run api` writes the files from the built declarations; with --check it says what differs and fails.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const snapshots = join(root, 'test/api');
const check = process.argv.includes('--check');

/** The statements of a declaration file as tsc prints them: each begins in the first column. */
const statements = (file) => {
  const text = readFileSync(file, 'utf8')
    .replace(/[ \t]*\/\*[\s\S]*?\*\/\n?/g, '')
    .replace(/^\/\/.*$/gm, '');
  const found = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || /^\s+(#private|private )/.test(line)) continue;
    if (/^[\s})\]]/.test(line) && found.length > 0) found[found.length - 1] += `\n${line.trimEnd()}`;
    else found.push(line.trimEnd());
  }
  return found;
};

const DECLARED =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|const|let|class|function|enum)\s+([\w$]+)/;
const nameOf = (statement) =>
  statement.replace(/^(export declare|declare|export) abstract/, '$1').match(DECLARED)?.[1];

/** Every statement that an export names, with what it needs of its own file that is not exported. */
const exported = (index) => {
  const entries = new Map();
  const problems = [];
  for (const statement of statements(index)) {
    const listed = statement.match(/^export (type )?\{([\s\S]*)\} from '(.+)';$/);
    if (listed === null) {
      problems.push(`${index}: not a list of exports: ${statement}`);
      continue;
    }
    const file = join(dirname(index), listed[3].replace(/\.js$/, '.d.ts'));
    const inFile = statements(file);
    for (const item of listed[2]
      .split(',')
      .map((each) => each.trim().replace(/^type /, ''))
      .filter(Boolean)) {
      const [source, name = source] = item.split(' as ');
      const found = inFile.filter((each) => nameOf(each) === source);
      if (found.length === 0) problems.push(`${file}: declares no ${source}`);
      const hidden = inFile.filter((each) => {
        const hiddenName = nameOf(each);
        return (
          hiddenName !== undefined &&
          !each.startsWith('export') &&
          found.some((text) => new RegExp(`\\b${hiddenName}\\b`).test(text))
        );
      });
      entries.set(name, [...new Set([...found, ...hidden])].join('\n'));
    }
  }
  return {
    text: [...entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => text)
      .join('\n\n'),
    problems,
  };
};

const problems = [];
if (!check) rmSync(snapshots, { recursive: true, force: true });
mkdirSync(snapshots, { recursive: true });
const names = readdirSync(join(root, 'packages')).sort();
for (const name of names) {
  const api = exported(join(root, 'packages', name, 'dist/index.d.ts'));
  problems.push(...api.problems);
  const text = `${api.text}\n`;
  const file = join(snapshots, `${name}.txt`);
  if (!check) {
    writeFileSync(file, text);
    continue;
  }
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before === text) continue;
  problems.push(`packages/${name} exports something else than test/api/${name}.txt says:`);
  const [was, is] = [before.split('\n'), text.split('\n')];
  problems.push(...was.filter((line) => !is.includes(line)).map((line) => `  - ${line}`));
  problems.push(...is.filter((line) => !was.includes(line)).map((line) => `  + ${line}`));
}
const gone = readdirSync(snapshots).filter((file) => !names.includes(file.replace(/\.txt$/, '')));
problems.push(...gone.map((file) => `test/api/${file}: there is no such package`));
if (problems.length > 0) {
  console.error(problems.join('\n'));
  if (check) console.error('If it is meant: npm run api, and commit the files with the change.');
  process.exitCode = 1;
}
