import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { type AgentProcess, armed } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination, switchEventsOn } from '../guest-move.js';
import { misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, speakOnce } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import { announcedStations, darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { worstOf } from '../measurement.js';
import { type Station, stationKey } from '../station.js';
import { waitUntil } from '../wait-until.js';

/** From RESUME at the destination until it dies. */
const livesMs = 2000;
const probeMs = 4;
/** The second does not speak before the source goes on. */
const nested = { 22: ['52:54:00:bb:00:01', '52:54:00:bb:00:02'] };
/** How long a report may take after the last frame. */
const reportMs = 8000;

/** The guest ran at B, which died; its source, still there, goes on: every switch has it at B, where nobody is. */
function continuedSource(events: boolean): LabCase {
  const name = events ? 'continued-source' : 'continued-source-no-events';
  return {
    name,
    summary: `A to B, B's QEMU dies, the source goes on: announced at A, and a later migration is the newest${events ? '' : ' (migration events off)'}`,
    needsAgents: true,
    isVariant: !events,
    run: async (context) => {
      const all = new GuestBuilder().card('virtio').macvlans(2).nestedOnVlans(nested).build(name);
      const stations = all.stations.slice(0, -1);
      const news = all.stations.slice(-1);
      const recipe = { ...all, stations };
      return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
        const atB = await startDestination(rig, 'B');
        if (events) await switchEventsOn(source, atB);
        await armed(agents.B, stations.length);
        await beginMigration(rig, source, atB);
        const resumedAtMs = await resumeOf(atB);
        const there = await measureReturns(watches.B, resumedAtMs);
        const faults = darkStations(there, 'A to B, ');
        faults.push(...(await misplacedStations(rig, 'B', stations)).map((each) => `not valid: ${each}`));
        await sleep(Math.max(0, resumedAtMs + livesMs - Date.now()));
        await atB.process.stop('SIGKILL');

        const since = source.qmp.events.length;
        await source.qmp.execute('cont');
        const here = await measureReturns(watches.A, await resumeOf(source, since));
        faults.push(...darkStations(here, 'the source goes on at A, '));
        faults.push(...(await misplacedStations(rig, 'A', stations)));
        faults.push(...(await continuedFaults(agents.A, stations)));

        // Here again it begins to use what only its frames tell of, and B's own snapshot does not know.
        await source.console.run(speakOnce(news));
        await seenWithAddresses(rig, 'A', news);
        rig.prober.probe(all.stations, probeMs);
        const [known, before] = [await agents.B.reports(), agents.B.lines.length];
        const again = await startDestination(rig, 'B', { suffix: '2' });
        if (events) await switchEventsOn(again);
        await armed(agents.B, stations.length, before);
        await beginMigration(rig, source, again);
        const back = await measureReturns({ ...watches.B, stations: all.stations }, await resumeOf(again));
        faults.push(...darkStations(back, 'A to B again, '));
        faults.push(...(await misplacedStations(rig, 'B', all.stations)));
        faults.push(
          ...epochFaults(await nextReport(agents.B, known), [...known, ...(await agents.A.reports())]),
        );
        return { herald: worstOf(worstOf(there, here), back), faults };
      });
    },
  };
}

export const continuedSourceCases: readonly LabCase[] = [continuedSource(true), continuedSource(false)];

/** What the agent of the source must have reported when the guest went on there. */
async function continuedFaults(agent: AgentProcess, stations: readonly Station[]): Promise<string[]> {
  const report = await agent.report().catch(() => undefined);
  if (report === undefined) return ['the agent on A announced nothing when the source went on: no report'];
  const named = announcedStations(report);
  const faults = stations
    .map(({ mac, vlan }) => stationKey(mac, vlan))
    .filter((key) => !named.has(key))
    .map((key) => `the report of the source that went on does not name ${key}`);
  if (report.outcome !== 'announced') faults.push(`the source went on, and was ${report.outcome}`);
  return faults;
}

/** The report that was not there before; undefined where none comes. */
async function nextReport(
  agent: AgentProcess,
  known: readonly MigrationReport[],
): Promise<MigrationReport | undefined> {
  const had = new Set(known.map((each) => JSON.stringify(each)));
  return waitUntil('a report of the second migration to B', { timeoutMs: reportMs }, async () =>
    (await agent.reports()).find((each) => !had.has(JSON.stringify(each))),
  ).catch(() => undefined);
}

function epochFaults(report: MigrationReport | undefined, before: readonly MigrationReport[]): string[] {
  if (report === undefined) return ['the second migration to B has no report'];
  const { epoch } = report;
  const highest = Math.max(...before.map((each) => each.epoch));
  return epoch > highest
    ? []
    : [`the second migration to B is epoch ${epoch}, and ${highest} was there before`];
}
