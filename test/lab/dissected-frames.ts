import { runProgram } from './run-program.js';

/** A frame of a capture as Wireshark's dissectors read it. */
export interface DissectedFrame {
  /** From 1, in the capture. */
  readonly number: number;
  /** In one line. */
  readonly info: string;
  /** What they remark on it, and a checksum that is not good. */
  readonly faults: readonly string[];
}

const fields = ['frame.number', '_ws.col.Info', '_ws.expert.message', 'icmpv6.checksum.status'];
const goodChecksum = '1';

/** The frames of a capture that a display filter chooses. */
export async function dissectedFrames(file: string, filter: string): Promise<readonly DissectedFrame[]> {
  const text = await runProgram('tshark', [
    ...['-r', file, '-Y', filter, '-T', 'fields', '-E', 'separator=|'],
    ...fields.flatMap((field) => ['-e', field]),
  ]);
  return text
    .split('\n')
    .filter(Boolean)
    .map((row) => {
      const [number, info = '', remark = '', checksum = ''] = row.split('|');
      const faults = remark === '' ? [] : [remark];
      if (checksum !== '' && checksum !== goodChecksum) faults.push('the checksum is not good');
      return { number: Number(number), info, faults };
    });
}
