import type { Evidence, Station } from '@nic-herald/core';
import { createColors } from 'picocolors';
import { counted } from '../inspect/list-text.js';
import { WIDTH, wrapped } from '../inspect/text-block.js';
import { textTable } from '../inspect/text-table.js';
import type { DemoGuest, DemoNote, DemoSide } from './demo-guest.js';
import { announcementTicks, stationTimeline, TIMELINE_CELLS, TIMELINE_MS } from './station-timeline.js';

/** What the pictures need to know of the measurement. */
export interface DemoScale {
  /** Pause between two probes of one station, ms. */
  readonly probeEveryMs: number;
  /** How long after RESUME a station was probed before it counted as dark, ms. */
  readonly watchMs: number;
}

const MARGIN = '  ';
const TEXT = WIDTH - 2 * MARGIN.length;
const STATION = 23;
const EVIDENCE = 10;
const TIME = 7;
const SIDE = TIMELINE_CELLS + TIME;
const GAP = '     ';
const HEAD = ' '.repeat(STATION + EVIDENCE);

/** Draws what the demo measured, in at most 100 columns. */
export class DemoRenderer {
  private readonly colors: ReturnType<typeof createColors>;

  /** `color` only for a terminal whose owner did not refuse it. */
  constructor(
    color: boolean,
    private readonly scale: DemoScale,
  ) {
    this.colors = createColors(color);
  }

  /** What is about to be seen. */
  opening(guests: number): string {
    const { bold, dim, yellow } = this.colors;
    return lines([
      '',
      bold('nic-herald demo'),
      '',
      ...wrapped(
        `${counted(guests, 'guest')}, recorded on real QEMUs, move from host A to host B: once with QEMU alone, ` +
          'once with nic-herald on both hosts. It all runs in this process: a switch that knows VLANs, a bridge on ' +
          "each host, the recorded QMP sessions. The agents see QMP and what comes out of the guest's port, and no " +
          `more. A peer sends to every station each ${this.scale.probeEveryMs} ms.`,
        TEXT,
      ),
      ...wrapped(
        'The guests keep quiet while the agents run. Only those whose cards do not list all their stations speak ' +
          'first, with nic-herald: one frame from each station, from which it learns them.',
        TEXT,
      ),
      '',
      `${yellow('▾')} announcements reach the peer    ● back    ${dim('·')} dark    0 to ${seconds(TIMELINE_MS)} after RESUME`,
      [
        `${this.paint('primary', 'primary')} own MAC`,
        `${this.paint('filter', 'filter')} listed by the card`,
        `${this.paint('paired', 'paired')} listed MAC with VLAN`,
      ].join('   '),
      [
        `${this.paint('learned', 'learned')} seen in the frames of the guest`,
        `${this.paint('unknown', 'unknown')} on no list and never seen`,
      ].join('   '),
      '',
    ]);
  }

  /** One guest: its stations coming back, QEMU alone beside nic-herald. */
  guest({ darkIfQuiet, guest, model, nicHerald, notes, qemu, qemuAlone, stations }: DemoGuest): string {
    const { bold, dim, yellow } = this.colors;
    const about = `QEMU ${qemu}, ${modelName(model)}, ${counted(stations.length, 'station')}`;
    const sides = [qemuAlone, nicHerald];
    return lines([
      `${bold(guest)}  ${dim(about)}`,
      `${' '.repeat(STATION)}${'known by'.padEnd(EVIDENCE)}${'QEMU alone'.padEnd(SIDE)}${GAP}nic-herald`,
      `${HEAD}${sides.map((side) => yellow(announcementTicks(side.announcedAtMs)) + ' '.repeat(TIME)).join(GAP)}`,
      ...stations.map((station, index) => {
        const known = this.paint(station.evidence, station.evidence.padEnd(EVIDENCE));
        const tracks = sides.map((side) => this.track(side.backAfterMs[index], station.evidence));
        return `${stationName(station).padEnd(STATION)}${known}${tracks.join(GAP)}`;
      }),
      `${HEAD}${sides.map((side) => this.verdict(side)).join(GAP)}`,
      ...(darkIfQuiet === 0
        ? []
        : [
            `The card does not list them all: the guest spoke first, once on each. Had it kept quiet: ${darkIfQuiet} dark.`,
          ]),
      ...(notes.length === 0 ? [] : [dim(`! ${notes.map(({ reason }) => reason).join(', ')}`)]),
      '',
    ]);
  }

  /** What was warned of, the sums, and what stays dark. */
  closing(guests: readonly DemoGuest[]): string {
    const { bold, dim } = this.colors;
    const stations = guests.reduce((sum, guest) => sum + guest.stations.length, 0);
    const alone = guests.reduce((sum, { qemuAlone }) => sum + qemuAlone.dark, 0);
    const herald = guests.reduce((sum, { nicHerald }) => sum + nicHerald.dark, 0);
    const spoke = guests.filter(({ darkIfQuiet }) => darkIfQuiet > 0);
    const quiet = spoke.reduce((sum, { darkIfQuiet }) => sum + darkIfQuiet, 0);
    const honest =
      spoke.length === 0
        ? ''
        : ` The cards of ${spoke.map(({ guest }) => guest).join(', ')} do not list theirs: they were learned from one ` +
          `frame of each before the migration. Had they kept quiet, ${quiet} would be dark: nic-herald does ` +
          'not guess, and what no card lists stays dark until it can be learned.';
    return lines([
      ...distinctNotes(guests).flatMap(({ meaning, reason }) =>
        wrapped(`${reason}: ${meaning}`, TEXT - 2).map((line, index) =>
          dim(`${index === 0 ? '!' : ' '} ${line}`),
        ),
      ),
      '',
      ...this.table(guests),
      '',
      ...wrapped(
        `Of ${counted(stations, 'station')}, QEMU alone left ${alone} dark, nic-herald ${herald}.${honest}`,
        TEXT,
      ).map((line) => bold(line)),
      ...wrapped(
        'This fabric has no delay of its own: its times show the order of things. What a real host takes is for ' +
          'the lab to measure: npm run lab.',
        TEXT,
      ),
      '',
    ]);
  }

  private table(guests: readonly DemoGuest[]): readonly string[] {
    const last = ({ lastBackMs }: DemoSide): string =>
      lastBackMs === undefined ? `not in ${seconds(this.scale.watchMs)}` : `${Math.round(lastBackMs)} ms`;
    const [above = '', head = '', ...rows] = textTable(
      [
        ['', '', 'dark', 'dark', 'all back', 'all back'],
        ['guest', 'stations', 'QEMU alone', 'nic-herald', 'QEMU alone', 'nic-herald'],
        ...guests.map(({ guest, nicHerald, qemuAlone, stations }) => [
          guest,
          `${stations.length}`,
          `${qemuAlone.dark}`,
          `${nicHerald.dark}`,
          last(qemuAlone),
          last(nicHerald),
        ]),
      ],
      { align: ['left', 'right', 'right', 'right', 'right', 'right'] },
    );
    return [above, this.colors.dim(head), ...rows];
  }

  private track(backAfterMs: number | undefined, evidence: Evidence | 'unknown'): string {
    const { dim, red } = this.colors;
    const { after, before } = stationTimeline(backAfterMs);
    const time =
      backAfterMs === undefined ? red('dark'.padStart(TIME)) : `${Math.round(backAfterMs)} ms`.padStart(TIME);
    return `${dim(before)}${this.paint(evidence, after)}${time}`;
  }

  private verdict({ backAfterMs: { length }, dark }: DemoSide): string {
    const { green, red } = this.colors;
    return (dark === 0 ? green : red)(`${length - dark} of ${length} back, ${dark} dark`.padEnd(SIDE));
  }

  private paint(evidence: Evidence | 'unknown', text: string): string {
    const { blue, cyan, dim, green, magenta } = this.colors;
    const by = { primary: cyan, filter: green, paired: blue, learned: magenta, unknown: dim };
    return by[evidence](text);
  }
}

const lines = (texts: readonly string[]): string =>
  texts.map((text) => `${`${MARGIN}${text}`.trimEnd()}\n`).join('');

const distinctNotes = (guests: readonly DemoGuest[]): readonly DemoNote[] => [
  ...new Map(guests.flatMap(({ notes }) => notes).map((note) => [note.reason, note])).values(),
];

const stationName = ({ mac, vlan }: Station): string => (vlan === undefined ? mac : `${mac}/${vlan}`);

const modelName = (model: string): string =>
  model === 'primary-mac' ? 'a card that no model reads' : `model ${model}`;

const seconds = (ms: number): string => `${ms / 1000} s`;
