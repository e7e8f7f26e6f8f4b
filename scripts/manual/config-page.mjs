// herald.yaml(5), out of the schema that checks the file and of the example that explains it.
import { bold, heading, item, paragraphs, running, title, verbatim } from './roff.mjs';

/** The page as text. */
export const configPage = ({ keys, comments, example, date, version }) =>
  [
    title('HERALD.YAML', 5, date, version),
    heading('NAME'),
    'herald.yaml \\- configuration of the nic\\-herald agent',
    heading('DESCRIPTION'),
    paragraphs([
      'A YAML file that nic-herald run reads with --config. Every key may be left out; an option on the command line wins over it. Relative paths are relative to the file. An unknown key is an error.',
      'Keys of a mapping are written here with a dot: announce.rounds is the key rounds in the mapping announce.',
    ]),
    heading('KEYS'),
    ...keys.map(({ path, form }) => keyItem(path, form, comments.get(path) ?? [])),
    heading('EXAMPLE'),
    verbatim(example),
    heading('SEE ALSO'),
    `${bold('nic-herald')}(1)`,
    '',
  ].join('\n');

const keyItem = (path, form, comment) => {
  const head = running(`${form.charAt(0).toUpperCase()}${form.slice(1)}.`);
  return item(bold(path), [head, ...blocks(comment)].join('\n'));
};

/** Running text, and lines that are set in as they stand. */
const blocks = (comment) => {
  const found = [];
  for (const line of comment) {
    const kind = line.startsWith(' ') ? 'table' : 'text';
    if (found.at(-1)?.kind === kind) found.at(-1).lines.push(line);
    else found.push({ kind, lines: [line] });
  }
  return found.map(({ kind, lines }) =>
    kind === 'table'
      ? ['.RS', verbatim(lines.map((line) => line.trimStart()).join('\n')), '.RE'].join('\n')
      : running(lines.join(' ')),
  );
};
