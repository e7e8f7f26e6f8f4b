/**
 * Cuts a stream into JSON objects: OVSDB's messages follow one another with nothing between (RFC 7047 section 4). `most` are the
 * characters that are kept of one that has not ended.
 */
export class JsonValues {
  private text = '';
  /** Up to where `text` was looked at. */
  private at = 0;
  private depth = 0;
  private isInText = false;

  constructor(private readonly most: number) {}

  /** The texts of the objects that end in this part of the stream. Throws RangeError, SyntaxError: the stream is of no use then. */
  push(chunk: string): readonly string[] {
    this.text += chunk;
    const found: string[] = [];
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at] as string;
      if (this.isInText) {
        if (character === '\\') {
          if (this.at + 1 === this.text.length) break; // what is escaped is still to come
          this.at++;
        } else if (character === '"') this.isInText = false;
      } else if (character === '{') this.depth++;
      else if (this.depth === 0) {
        if (!/\s/.test(character)) throw new SyntaxError(`no object where one begins, but ${character}`);
      } else if (character === '"') this.isInText = true;
      else if (character === '}' && --this.depth === 0) {
        found.push(this.text.slice(0, this.at + 1).trimStart());
        this.text = this.text.slice(this.at + 1);
        this.at = -1;
      }
    }
    if (this.text.length > this.most) throw new RangeError(`an object of more than ${this.most} characters`);
    return found;
  }
}
