import {
  type AnnounceMode,
  type CarriedVlans,
  type GuestInspection,
  type GuestPhase,
  guestLabel,
  stationKey,
} from '@nic-herald/core';
import type { NicInspection } from '@nic-herald/core/internal';
import picocolors from 'picocolors';
import { printable } from '../printable.js';
import { firstOf, numberRanges } from './list-text.js';
import { multicastStatusText } from './multicast-text.js';
import { renderAddresses } from './render-addresses.js';
import { renderPlan } from './render-plan.js';
import { labelled } from './text-block.js';

/** Most MACs of one list that are printed. */
const MAX_MACS = 32;

const PHASE: Readonly<Record<GuestPhase, string>> = {
  incoming: 'waits for its migration',
  running: 'runs here',
  paused: 'is paused here',
  'migrated-away': 'migrated to another host',
};

/** How an inspection is printed. */
export interface RenderOptions {
  readonly color: boolean;
  /** False where whoever inspected had no sink, so that what is said of it means nothing. */
  readonly hasSink: boolean;
}

/** A guest as a person reads it, at most 100 columns wide. */
export const renderInspection = (inspection: GuestInspection, options: RenderOptions): string => {
  const { bold, yellow } = picocolors.createColors(options.color);
  const { guest, hypervisor, phase, mode, epoch, armed, snapshots, moves = [], warnings } = inspection;
  const handed = snapshots.map(({ host, epoch: written }) => `${host} (epoch ${written})`);
  const lines = [
    bold(`${printable(guestLabel(guest))} ${PHASE[phase]}`),
    ...(guest.uuid === undefined ? [] : labelled('UUID', guest.uuid)),
    ...labelled('hypervisor', `${hypervisor.name} ${hypervisor.version}, ${inspection.instance}`),
    ...labelled('epoch', `${epoch}${armed ? '; frames lie ready for the moment it resumes' : ''}`),
    ...(options.hasSink ? labelled('mode', modeText(mode)) : []),
    ...labelled('snapshots', handed.length === 0 ? 'none in the hand-off' : handed.join(', ')),
    ...(moves.length === 0 ? [] : labelled('moved', moves.map((at) => timeText(at)).join(', '))),
    ...warnings
      .flatMap(({ code, message }) => labelled('warning', `${message} (${code})`))
      .map((line) => yellow(line)),
    ...(inspection.nics.length === 0 ? ['', 'no NICs'] : []),
    ...inspection.nics.flatMap((nic) => [
      '',
      bold(nicTitle(nic)),
      ...renderNic(nic, { ...options, mode }, yellow),
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

/** To the second: more says nothing, since hosts' clocks differ. */
const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const modeText = (mode: AnnounceMode): string =>
  mode === 'observe' ? 'observe: all is made ready, and no frame is sent' : 'announce';

const nicTitle = ({ nic, model }: NicInspection): string =>
  printable(`NIC ${nic.id}, ${nic.type}${model === nic.type ? '' : `, model ${model}`}`);

/** What is said of a NIC depends on these. */
interface NicLook extends Pick<RenderOptions, 'hasSink'> {
  readonly mode: AnnounceMode;
}

const renderNic = (
  inspection: NicInspection,
  look: NicLook,
  warn: (text: string) => string,
): readonly string[] => {
  const { nic, filter, learned, plan, problem } = inspection;
  const { currentMac } = filter;
  const changed = currentMac !== undefined && currentMac !== nic.primaryMac;
  const exact = filter.exact?.map(stationKey) ?? [];
  const seen = learned.map(
    ({ station, ageMs }) => `${stationKey(station)} (${Math.round(ageMs / 1000)} s ago)`,
  );
  return [
    ...labelled(
      'MAC',
      changed ? `${currentMac}, set by the guest; configured is ${nic.primaryMac}` : nic.primaryMac,
    ),
    ...renderPort(inspection, look, warn),
    ...renderCarried(nic.port?.attachment?.carries),
    ...renderKernel(inspection),
    ...(problem === undefined ? [] : labelled('unreadable', problem).map(warn)),
    ...labelled('unicast', macList(filter.unicast)),
    ...labelled('multicast', macList(filter.multicast)),
    ...labelled('VLANs', vlanList(filter.vlans)),
    ...renderQueries(inspection, look, warn),
    ...(exact.length === 0 ? [] : labelled('pairs', `${exact.length}: ${firstOf(exact, MAX_MACS)}`)),
    ...(seen.length === 0 ? [] : labelled('learned', `${seen.length}: ${firstOf(seen, MAX_MACS)}`)),
    ...renderAddresses(learned),
    ...filter.incomplete.flatMap(({ reason, meaning }) =>
      labelled('incomplete', `${meaning} (${reason})`).map(warn),
    ),
    ...renderPlan(plan),
  ];
};

const renderPort = (
  { nic, sink }: NicInspection,
  { hasSink, mode }: NicLook,
  warn: (text: string) => string,
): readonly string[] => {
  if (nic.port === undefined) {
    return labelled('port', `none, so no frame can leave: ${nic.portProblem ?? 'not found'}`).map(warn);
  }
  const { kind, name, attachment } = nic.port;
  const where = attachment?.alone === true ? ', in no bridge or switch' : '';
  const network = attachment?.network ?? attachment?.switch;
  const port = `${kind} ${name}${network === undefined ? where : ` on ${network}`}`;
  if (!hasSink) return labelled('port', `${port}; whether frames can leave is known to an agent only`);
  const leave = mode === 'observe' ? 'frames would leave' : 'frames leave';
  if (sink.ready) return labelled('port', `${port}, ${leave} through ${sink.sink ?? 'a sink'}`);
  return labelled('port', `${port}, but no frame could leave: ${sink.problem ?? 'no sink'}`).map(warn);
};

/** Which of the guest's frames its port takes. */
const renderCarried = (carries: CarriedVlans | undefined): readonly string[] => {
  if (carries === undefined) return [];
  const { untagged, tagged } = carries;
  const plain =
    untagged === false ? 'no untagged' : untagged === true ? 'untagged' : `untagged as ${untagged}`;
  const ranges = tagged.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return labelled(
    'carries',
    ranges.length === 0 ? `${plain}, no tagged` : `${plain}, VLANs ${firstOf(ranges, 64)}`,
  );
};

/** What leaves by itself when the hypervisor announces the guest. */
const renderKernel = ({ kernel }: NicInspection): readonly string[] => {
  if (kernel === undefined) return [];
  if ('refusal' in kernel) return labelled('kernel', `sends nothing by itself: ${kernel.refusal}`);
  const frames = `${kernel.frames} ${kernel.frames === 1 ? 'frame' : 'frames'}`;
  return labelled('kernel', `armed: sends ${frames} by itself when the hypervisor announces the guest`);
};

const renderQueries = (
  { multicast }: NicInspection,
  { hasSink }: NicLook,
  warn: (text: string) => string,
): readonly string[] => {
  if (multicast.wanted && !hasSink) return [];
  const lines = labelled('queries', multicastStatusText(multicast));
  return multicast.problem === undefined ? lines : lines.map(warn);
};

const macList = (macs: readonly string[]): string =>
  macs.length === 0 ? 'none' : `${macs.length}: ${firstOf(macs.toSorted(), MAX_MACS)}`;

const vlanList = (vlans: readonly number[] | 'unknown'): string => {
  if (vlans === 'unknown') return 'not known';
  if (vlans.length === 0) return 'none';
  return `${vlans.length}: ${firstOf(numberRanges(vlans), 64)}`;
};
