import { guestLabel } from '@nic-herald/core';
import type {
  AnnouncedLine,
  MigrationFactLine,
  MigrationLine,
  ProofLine,
  StationProof,
} from '@nic-herald/core/internal';
import { createColors } from 'picocolors';
import { longTime } from '../history/report-table.js';
import { counted } from '../inspect/list-text.js';
import { verdictText } from '../inspect/proof-text.js';
import { WIDTH, wrapped } from '../inspect/text-block.js';
import { printable } from '../printable.js';
import { announcedText, factText, provedByText, unprovedText } from './watch-words.js';

/** A station and where it is. */
export interface NicStation {
  readonly nic: string;
  readonly port?: string;
  readonly station: StationProof;
}

const INDENT = '  ';
/** `14:03:05.120  `, as wide as what is under it is set in. */
const TIME = 14;
const MAC = 19;
const VLAN = 11;
const PLACE = 22;
const MS = 11;
const HOW = 29;
/** Most characters of a guest's name in a heading. */
const MOST_NAME = 60;
/** Most stations that are named as missing. */
const MOST_MISSING = 20;

/** Draws what a watcher sees, in at most 100 columns. All that came from outside is made printable. */
export class WatchRenderer {
  private readonly colors: ReturnType<typeof createColors>;

  constructor(color: boolean) {
    this.colors = createColors(color);
  }

  /** What an agent says of itself. */
  ofAgent(line: Extract<MigrationLine, { fact: 'watching' | 'dropped' }>): readonly string[] {
    const { bold, yellow } = this.colors;
    const host = printable(line.host);
    if (line.fact === 'dropped') {
      const text = `${counted(line.lines, 'line')} of ${host} dropped: what is watched was not read in time`;
      return ['', yellow(text)];
    }
    const off =
      'proof is off there: the announcement is shown, and not whether stations are back. Turn it on with "proof: {}" in the herald.yaml of both hosts, and restart their agents.';
    return [
      bold(`watching ${host}`),
      ...(line.proof ? [] : wrapped(off, WIDTH - INDENT.length).map((text) => INDENT + yellow(text))),
    ];
  }

  /** Whose lines follow. */
  heading({ guest, host }: MigrationFactLine): string {
    return this.colors.bold(`${short(printable(guestLabel(guest)), MOST_NAME)} on ${printable(host)}`);
  }

  /** What happened to a guest. */
  fact(line: Exclude<MigrationFactLine, ProofLine>): readonly string[] {
    if (line.fact === 'announced') return this.announced(line);
    const paint = line.fact === 'failed' ? this.colors.red : String;
    return at(line.fact === 'resumed' ? line.resumedAt : line.at, factText(line), paint);
  }

  /** What stands in the columns of those that follow. */
  stationHead(): string {
    const text = `${'station'.padEnd(MAC + VLAN)}${'NIC, port'.padEnd(PLACE)}${'back after'.padStart(MS)}  proved by`;
    return `${INDENT}${INDENT}${this.colors.dim(`  ${text}`)}`;
  }

  /** A station that is back. */
  back({ station, ...place }: NicStation): string {
    const { firstFrameMs } = station;
    const when = firstFrameMs === undefined ? '' : `${firstFrameMs.toFixed(1)} ms`;
    return this.stationRow(this.colors.green('●'), place, station, when, provedByText(station));
  }

  /** Stations of which it is not proved that they are back. */
  missing(stations: readonly NicStation[]): readonly string[] {
    const { yellow } = this.colors;
    const more = stations.length - MOST_MISSING;
    return [
      ...stations
        .slice(0, MOST_MISSING)
        .map(({ station, ...place }) =>
          this.stationRow(yellow('○'), place, station, 'not seen', unprovedText(station)),
        ),
      ...(more > 0 ? [`${INDENT}${INDENT}${yellow('○')} and ${more} more`] : []),
    ];
  }

  /** What the proofs come to, and the likeliest cause of what is not proved. */
  verdict(line: ProofLine): readonly string[] {
    const { dim, green, red, yellow } = this.colors;
    const { proof } = line;
    const paint = { proved: green, partly: yellow, unproved: red }[proof.verdict];
    return [
      ...at(line.at, verdictText(proof, line), proof.isOpen ? dim : paint),
      ...(proof.cause === undefined ? [] : under(proof.cause.message, proof.isOpen ? dim : String)),
      ...proof.nics.flatMap(({ nic, problem }) => (problem === undefined ? [] : under(`${nic}: ${problem}`))),
      ...proof.nics.flatMap(({ nic, omitted = 0 }) =>
        omitted === 0 ? [] : under(`${nic}: ${counted(omitted, 'more station')} counted, and not named`),
      ),
    ];
  }

  private announced(line: AnnouncedLine): readonly string[] {
    const { bold, red, yellow } = this.colors;
    const isBad = line.outcome === 'failed' || line.outcome === 'nothing-to-announce';
    const told = new Set(line.nics.flatMap(({ problem }) => problem?.message ?? []));
    return [
      ...at(line.at, announcedText(line), isBad ? red : bold),
      ...line.nics.flatMap(({ nic, problem }) =>
        problem === undefined ? [] : under(`${nic}: ${problem.message} (${problem.code})`, yellow),
      ),
      ...line.warnings
        .filter(({ message }) => !told.has(message))
        .flatMap(({ code, message }) => under(`${message} (${code})`, yellow)),
    ];
  }

  private stationRow(
    mark: string,
    { nic, port }: Omit<NicStation, 'station'>,
    { mac, vlan }: StationProof,
    when: string,
    how: string,
  ): string {
    const place = short(printable(port === undefined ? nic : `${nic} ${port}`), PLACE - 2);
    const station = printable(mac).padEnd(MAC) + (vlan === undefined ? '' : `VLAN ${vlan}`).padEnd(VLAN);
    const text = `${station}${place.padEnd(PLACE)}${when.padStart(MS)}  ${short(printable(how), HOW)}`;
    return `${INDENT}${INDENT}${mark} ${text.trimEnd()}`;
  }
}

/** Something that happened, and when. */
const at = (time: number, text: string, paint: (text: string) => string = String): readonly string[] =>
  wrapped(printable(text), WIDTH - INDENT.length - TIME).map((line, index) => {
    const clock = index === 0 ? longTime(time).slice('2026-01-02 '.length) : '';
    return `${INDENT}${clock.padEnd(TIME)}${paint(line)}`;
  });

/** More of it. */
const under = (text: string, paint: (text: string) => string = String): readonly string[] =>
  wrapped(printable(text), WIDTH - INDENT.length - TIME).map(
    (line) => `${INDENT}${' '.repeat(TIME)}${paint(line)}`,
  );

const short = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
