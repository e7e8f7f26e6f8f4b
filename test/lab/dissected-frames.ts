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

const fields = [
  ...['frame.number', '_ws.col.Info', '_ws.expert.message', 'icmpv6.checksum.status'],
  ...['eth.type', 'vlan.etype'],
];
const rarp = '0x8035';
/** A RARP has its seal there. */
const filledPadding = /^Didn't find padding of zeros/;
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
      const [number, info = '', remark = '', checksum = '', ...types] = row.split('|');
      const isSealed = types.includes(rarp) && filledPadding.test(remark);
      const faults = remark === '' || isSealed ? [] : [remark];
      if (checksum !== '' && checksum !== goodChecksum) faults.push('the checksum is not good');
      return { number: Number(number), info, faults };
    });
}
