import { readFileSync } from 'node:fs';

/** A frame that somebody else sent, as a file beside this one tells it field by field. */
export interface GoldenFrame {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const FIELD = /^([0-9a-f ]+)\| \S/;

/** The frames of a text file: `== name`, then lines of `hex | what it is`; lines with `#` and empty ones are passed over. */
export function goldenFrames(fileName: string): readonly GoldenFrame[] {
  const text = readFileSync(new URL(fileName, import.meta.url), 'utf8');
  const frames = text.split(/^== /m).slice(1);
  return frames.map((frame) => {
    const [name = '', ...lines] = frame.split('\n');
    const fields = lines.filter((line) => line !== '' && !line.startsWith('#'));
    const hex = fields.map((line) => FIELD.exec(line)?.[1] ?? `no hex in: ${line}`);
    return { name, bytes: bytesOf(hex.join('')) };
  });
}

/** The bytes of hex digits with blanks between them. Throws where there is anything else. */
export function bytesOf(hex: string): Uint8Array {
  const digits = hex.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})*$/.test(digits)) throw new SyntaxError(`not bytes in hex: ${hex}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
