import type { MigrationReport } from '@nic-herald/core';
import { armed } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination, switchEventsOn } from '../guest-move.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { announcedStations, darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { worstOf } from '../measurement.js';

const macvlans = 8;
const vlans = [10, 20] as const;
/** Every MAC of the card on every VLAN. */
const guesses = (1 + macvlans) * vlans.length;

/** What was announced on a guess on the way there is still a guess on the way back: nobody spoke on it. */
export const guessStaysAGuess: LabCase = {
  name: 'guess-stays-a-guess',
  summary: 'A to B to A: pairs announced without having been seen are never taken for seen',
  needsAgents: true,
  run: async (context) => {
    const all = new GuestBuilder()
      .card('virtio')
      .macvlans(macvlans)
      .vlans(...vlans)
      .build('guess-stays-a-guess');
    const recipe = { ...all, stations: all.stations.slice(0, 1) }; // the others never speak
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const frames = 1 + macvlans + guesses;
      const atB = await startDestination(rig, 'B');
      await armed(agents.B, frames);
      await switchEventsOn(source, atB);
      await beginMigration(rig, source, atB);
      const there = await measureReturns(watches.B, await resumeOf(atB));
      const faults = [...darkStations(there, 'A to B, '), ...guessFaults(await agents.B.report(), 'A to B')];
      await source.stop();

      const atA = await startDestination(rig, 'A', { suffix: '2' });
      await armed(agents.A, frames);
      await switchEventsOn(atA);
      await beginMigration(rig, atB, atA); // and B reads its ports once more
      const back = await measureReturns(watches.A, await resumeOf(atA));
      faults.push(...darkStations(back, 'B to A, '), ...guessFaults(await agents.A.report(), 'B to A'));
      return { herald: worstOf(there, back), faults };
    });
  },
};

function guessFaults(report: MigrationReport, way: string): string[] {
  const evidence = [...announcedStations(report).values()];
  const count = (kind: string): number => evidence.filter((each) => each === kind).length;
  const found = `${count('paired')} paired, ${count('filter')} filter, ${count('learned')} learned`;
  const right = `${guesses} paired, ${macvlans} filter, 0 learned`;
  return found === right ? [] : [`${way}, the report has ${found}, not ${right}`];
}
