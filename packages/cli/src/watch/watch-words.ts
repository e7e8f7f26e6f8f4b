import type { AnnouncedLine, MigrationFactLine, ProofLine, StationProof } from '@nic-herald/core/internal';
import { counted } from '../inspect/list-text.js';

const OUTCOME: Readonly<Record<AnnouncedLine['outcome'], string>> = {
  announced: 'announced',
  observed: 'observed, nothing was sent',
  superseded: 'announced in part',
  failed: 'could not be announced',
  'nothing-to-announce': 'had nothing to announce',
};

/** What happened to a guest, but for its announcement. */
export const factText = (line: Exclude<MigrationFactLine, ProofLine | AnnouncedLine>): string => {
  switch (line.fact) {
    case 'awaited':
      return 'awaited';
    case 'incoming':
      return 'its migration comes in';
    case 'armed': {
      const ready = line.frames === 1 ? '1 frame lies ready' : `${line.frames} frames lie ready`;
      return `armed: ${ready}${line.mode === 'observe' ? ', and none will be sent (mode: observe)' : ''}`;
    }
    case 'resumed':
      return 'resumed';
    case 'failed':
      return line.side === 'source'
        ? `stays here: its migration ended as ${line.status}`
        : `does not come: its migration ended as ${line.status}`;
    case 'leaving':
      return 'is being sent to another host';
    case 'left':
      return 'left';
    case 'gone':
      return 'gone';
  }
};

/** `announced, from A: 1 NIC, 4 stations; 0.3 to 0.9 ms after RESUME, by the kernel`. */
export const announcedText = (line: AnnouncedLine): string => {
  const { cause, from, nics, outcome, refused, retryOf, stations } = line;
  const by = [...new Set(nics.flatMap(({ firedBy }) => firedBy ?? []))];
  const manner =
    retryOf !== undefined ? ' again' : cause === 'late' ? ' late' : cause === 'manual' ? ' on request' : '';
  return [
    `${OUTCOME[outcome]}${manner}${from === undefined ? '' : `, from ${from}`}: ${counted(nics.length, 'NIC')}`,
    `, ${counted(stations, 'station')}${refused === 0 ? '' : `, ${refused} refused`}`,
    timesText(line),
    by.length === 0 ? '' : `, by the ${by.join(' and the ')}`,
  ].join('');
};

const timesText = ({ firstFrameMs, lastFrameMs }: AnnouncedLine): string => {
  if (firstFrameMs === undefined) return '';
  const first = firstFrameMs.toFixed(1);
  const last = (lastFrameMs ?? firstFrameMs).toFixed(1);
  return `; ${first === last ? first : `${first} to ${last}`} ms after RESUME`;
};

const PROOFS = ['traffic', 'witness', 'local'] as const;

/** `traffic, witness, local`. */
export const provedByText = (station: StationProof): string =>
  PROOFS.filter((name) => station[name].value === 'yes').join(', ');

/** What speaks against it: `local absent`; else why nothing speaks for it: `traffic quiet, witness unseen`. */
export const unprovedText = (station: StationProof): string => {
  const against = PROOFS.filter((name) => station[name].value === 'no');
  const open = PROOFS.filter(
    (name) => station[name].value === 'cannot-tell' && station[name].reason !== 'unavailable',
  );
  const named = against.length > 0 ? against : open;
  return named.map((name) => `${name} ${station[name].reason ?? station[name].value}`).join(', ');
};
