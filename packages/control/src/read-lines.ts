/**
 * Cuts what comes in pieces into lines, without their ends. Rejects with what `tooLong` makes where a line has more than `most`
 * bytes. What stands behind the last end is no line: it was broken off.
 */
export const readLines = async function* (
  pieces: AsyncIterable<Uint8Array>,
  most: number,
  tooLong: () => Error,
): AsyncGenerator<string, void> {
  let begun: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      if (size + end - from > most) throw tooLong();
      yield Buffer.concat([...begun, piece.subarray(from, end)]).toString('utf8');
      begun = [];
      size = 0;
      from = end + 1;
    }
    size += piece.length - from;
    if (size > most) throw tooLong();
    begun.push(piece.subarray(from));
  }
};

const NEWLINE = 0x0a;
