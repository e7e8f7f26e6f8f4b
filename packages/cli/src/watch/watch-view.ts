import { stationKey } from '@nic-herald/core';
import {
  isProved,
  type MigrationFactLine,
  type MigrationLine,
  type ProofLine,
} from '@nic-herald/core/internal';
import { type NicStation, WatchRenderer } from './render-watch.js';

/** Most guests, and most announcements, that are remembered. */
const MOST_REMEMBERED = 500;

/** What was shown of the proof of one announcement. */
interface Shown {
  /** Stations that have a line, and whether it says when they were back. */
  readonly stations: Map<string, boolean>;
  /** Whether it is said what stands in the columns. */
  hasHead: boolean;
  cause: string;
}

/** What a watcher sees of the lines of all agents, appended: nothing twice, and a heading where another guest comes. */
export class WatchView {
  private readonly render: WatchRenderer;
  private heading = '';
  /** What was said last of each guest, by host and instance. */
  private readonly last = new Map<
    string,
    { readonly fact: MigrationFactLine['fact']; readonly text: string }
  >();
  private readonly announcements = new Map<string, Shown>();

  constructor(options: { readonly color: boolean }) {
    this.render = new WatchRenderer(options.color);
  }

  /** What is to be printed for a line: whole lines, or nothing. */
  textOf(line: MigrationLine): string {
    const rows = this.rowsOf(line);
    return rows.map((row) => `${row}\n`).join('');
  }

  private rowsOf(line: MigrationLine): readonly string[] {
    if (line.fact === 'alive') return [];
    if (line.fact === 'watching' || line.fact === 'dropped') {
      this.heading = '';
      return this.render.ofAgent(line);
    }
    const rows = line.fact === 'proof' ? this.proofRows(line) : this.factRows(line);
    return rows.length === 0 ? [] : [...this.headingRows(line), ...rows];
  }

  private headingRows(line: MigrationFactLine): readonly string[] {
    const heading = `${line.host} ${line.instance}`;
    if (heading === this.heading) return [];
    this.heading = heading;
    return ['', this.render.heading(line)];
  }

  /** What is told again, once: `armed` is, whatever happens in between. */
  private factRows(line: Exclude<MigrationFactLine, ProofLine>): readonly string[] {
    const { at: _, ...said } = line;
    const text = JSON.stringify(said);
    const key = `${line.host} ${line.instance}${line.fact === 'armed' ? ' armed' : ''}`;
    const before = this.last.get(key);
    if (before?.text === text) return [];
    // of a short migration the hypervisor tells that it begins when it is over
    if (line.fact === 'incoming' && before?.fact === 'resumed') return [];
    remember(this.last, key, { fact: line.fact, text });
    return this.render.fact(line);
  }

  /** What is proved since the line before; at the end what is not, and what it comes to. */
  private proofRows(line: ProofLine): readonly string[] {
    const { proof, id, retryOf } = line;
    if (retryOf !== undefined) return []; // the first announcement's proof has these stations, too
    const key = `${line.host} ${line.instance} ${id ?? ''}`;
    const shown = this.announcements.get(key) ?? {
      stations: new Map<string, boolean>(),
      hasHead: false,
      cause: '',
    };
    remember(this.announcements, key, shown);
    const stations = proof.nics.flatMap(({ nic, port, stations: all }) =>
      all.map((station): NicStation => ({ nic, station, ...(port !== undefined && { port }) })),
    );
    const back = stations.filter((each) => isProved(each.station) && isNews(each, shown.stations));
    const isFirst = shown.stations.size > 0 && !shown.hasHead;
    shown.hasHead ||= isFirst;
    const rows = [
      ...(isFirst ? [this.render.stationHead()] : []),
      ...back.toSorted(byTime).map((each) => this.render.back(each)),
    ];
    const cause = proof.cause?.message ?? '';
    const isCauseNew = cause !== '' && cause !== shown.cause;
    shown.cause = cause;
    if (!proof.isOpen) {
      const missing = stations.filter(({ station }) => !isProved(station));
      return [...rows, ...this.render.missing(missing), ...this.render.verdict(line)];
    }
    return isCauseNew ? [...rows, ...this.render.verdict(line)] : rows;
  }
}

/** Notes that a station is shown, and says whether there is something new of it. */
const isNews = ({ nic, station }: NicStation, shown: Map<string, boolean>): boolean => {
  const key = `${nic} ${stationKey(station)}`;
  const hasTime = station.firstFrameMs !== undefined;
  const before = shown.get(key);
  if (before === undefined || (hasTime && !before)) shown.set(key, hasTime);
  return before === undefined || (hasTime && !before);
};

const LAST = Number.MAX_VALUE;
/** The earliest first. */
const byTime = (a: NicStation, b: NicStation): number =>
  (a.station.firstFrameMs ?? LAST) - (b.station.firstFrameMs ?? LAST);

/** Puts it last, and forgets the first where there are too many. */
const remember = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
};
