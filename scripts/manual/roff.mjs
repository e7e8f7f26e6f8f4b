// Text as the man(7) macros want it.

/** Text that stands as it is: no character of it commands the formatter. */
const escaped = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replace(/^\./gm, '\\&.');

/** An argument of a macro, blanks and all. */
const quoted = (text) => `"${escaped(text).replaceAll('"', '\\(dq')}"`;

export const title = (name, section, date, version) =>
  `.TH ${escaped(name)} ${section} ${date} ${quoted(`nic-herald ${version}`)}`;
export const heading = (text) => `.SH ${quoted(text)}`;
export const subheading = (text) => `.SS ${quoted(text)}`;
export const bold = (text) => `\\fB${escaped(text)}\\fR`;
export const italic = (text) => `\\fI${escaped(text)}\\fR`;

/** Something with its meaning to the right of it; both are formatted already. */
export const item = (term, meaning) => ['.TP', term, meaning].join('\n');

/** Widest line of running text, in columns; what is beyond is for the formatter to fill. */
const WIDTH = 78;

/** Running text: in short lines, as a formatter fills them anyway. */
export const running = (text) => {
  const lines = [];
  for (const word of escaped(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word.startsWith('.') ? `\\&${word}` : word);
  }
  return lines.join('\n');
};

/** Paragraphs; the first of a section needs no sign. */
export const paragraphs = (texts) => texts.map(running).join('\n.PP\n');

/** Lines as they stand, such as an example. */
export const verbatim = (text) =>
  ['.EX', escaped(text.trimEnd()).replaceAll(/^$/gm, '\\&'), '.EE'].join('\n');
