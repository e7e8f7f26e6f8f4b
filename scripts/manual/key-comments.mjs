// What examples/herald.yaml says of each key, in the comment above it.

const LINE = /^(?<indent> *)(?<off>#?)(?<dash>- \{ )?(?<key>[A-Za-z]\w*):(?<rest>.*)$/;
const COMMENT = /^ *# (?<text> *.*)$/;
/** What lies below a key that is only shown: `#  rounds: 10`. */
const BELOW_SHOWN = /^ *# {2,}\S/;

/**
 * The comment of each key by its path. A key that is only shown (`#key:`) counts as one. A comment that stands above several keys
 * is the first one's.
 */
export const keyComments = (example) => {
  const comments = new Map();
  /** Keys that are open, by how far they stand to the right. */
  const open = [];
  let comment = [];
  let isShown = false;
  for (const line of example.split('\n')) {
    const text = COMMENT.exec(line)?.groups?.text;
    if (text !== undefined) {
      if (!isShown || !BELOW_SHOWN.test(line)) {
        comment.push(text);
        isShown = false;
      }
      continue;
    }
    const { indent, off, key } = LINE.exec(line)?.groups ?? {};
    if (key === undefined) {
      if (line.trim() === '') {
        isShown = false;
        comment = [];
      }
      continue;
    }
    isShown = off !== '';
    const column = indent.length;
    while (open.length > 0 && open.at(-1).column >= column) open.pop();
    const path = [...open.map((each) => each.key), key].join('.');
    open.push({ column, key });
    if (!comments.has(path)) comments.set(path, comment);
    comment = [];
  }
  return comments;
};
