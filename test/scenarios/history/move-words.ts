import type { HostName, MachineNumber, Move } from './move.js';

/** A move in few words: its name, then what it is chosen with, `begin 0 B`. */
export const wordsOf = ({ do: what, ...rest }: Move): string =>
  [what, ...Object.values(rest).map(String)].join(' ');

/** The moves of such words, `boot 0 A; pass 3000`. */
export const movesOf = (text: string): readonly Move[] =>
  text
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(moveOf);

const moveOf = (text: string): Move => {
  const [what = '', first = '', second = '', third = '', fourth = ''] = text.split(' ');
  const machine = Number(first) as MachineNumber;
  switch (what) {
    case 'boot':
      return { do: 'boot', machine, host: second as HostName, held: third === 'true' };
    case 'restore':
      return { do: 'restore', machine, host: second as HostName };
    case 'begin':
      return { do: 'begin', machine, to: second as HostName };
    case 'complete':
      return {
        do: 'complete',
        machine,
        downMs: Number(second),
        leftFirst: third === 'true',
        held: fourth === 'true',
      };
    case 'card':
      return { do: 'card', machine, bits: Number(second) };
    case 'speak':
      return { do: 'speak', machine, station: Number(second) };
    case 'foreign':
      return { do: 'foreign', machine, epoch: Number(second), isStamped: third === 'true' };
    case 'pass':
      return { do: 'pass', ms: Number(first) };
    case 'die':
    case 'start':
    case 'end':
    case 'kill':
    case 'inspect':
      return { do: what, host: first as HostName };
    case 'cancel':
    case 'cancelLate':
    case 'fallBack':
    case 'sweep':
    case 'snapshot':
    case 'pause':
    case 'resume':
    case 'shutDown':
      return { do: what, machine };
    default:
      throw new Error(`no move: ${text}`);
  }
};
