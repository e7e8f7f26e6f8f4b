import { setTimeout as sleep } from 'node:timers/promises';
import { addressClaimOf } from '../address-claim.js';
import type { AgentProcess } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, speakOnce } from '../guest-recipe.js';
import { snapshotTexts } from '../handed-over.js';
import { darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { LabFault } from '../lab-fault.js';
import type { LabRig } from '../lab-rig.js';

/** After this time unseen, a station is forgotten, seconds: longer than from one reading of a port to the next (10 s). */
const maxAge = 15;
/** How long the hand-off must have said the same before the guest moves. */
const unchangedMs = (2 * maxAge + 1) * 1000;
/** How long that may take to come about: until then the hand-off forgets what spoke only once. */
const mostMs = 150_000;
const speaksEveryMs = 2000;
const armingMs = 500;

const recipe = new GuestBuilder()
  .card('virtio')
  .macvlans(2)
  .nestedOnVlans({ 22: ['52:54:00:bb:00:01', '52:54:00:bb:00:02'] })
  .build('unchanged-for-longer-than-max-age');
/** Those behind the bridge: no card lists them, and they go on speaking. */
const ends = recipe.stations.slice(3);

/** What goes on being used is no older for nobody having had anything new to write about it. */
export const unchangedForLongerThanMaxAge: LabCase = {
  name: 'unchanged-for-longer-than-max-age',
  summary:
    'the hand-off says the same for more than twice maxAge; the guest then moves and nothing it uses is dark',
  needsAgents: true,
  run: async (context) =>
    withReadyGuest(
      context,
      recipe,
      async ({ rig, agents, source, watches }) => {
        const unchanged = await speakUntilUnchanged(rig, () => source.console.run(speakOnce(ends)));
        const destination = await startDestination(rig, 'B');
        await agents.B.line('armed', ({ event }) => event === 'announce:armed');
        await source.console.run(speakOnce(ends));
        await sleep(armingMs);
        await beginMigration(rig, source, destination);
        const resumedAtMs = await resumeOf(destination);
        const herald = await measureReturns(watches.B, resumedAtMs);
        await agents.B.report();
        const faults = [...darkStations(herald), ...(await misplacedStations(rig, 'B', recipe.stations))];
        const claims = (await watches.B.uplink.frames()).map(({ bytes }) => addressClaimOf(bytes)?.address);
        const heard = ends.filter(({ address }) => claims.includes(address));
        return {
          herald,
          faults,
          notes: [
            `the hand-off had said the same for ${(unchanged / 1000).toFixed(0)} s; the agent on A ${noticed(agents.A)}`,
            `addresses announced of the ${ends.length} ends that had just spoken: ${heard.length}`,
          ],
        };
      },
      { herald: `learner: { maxAge: ${maxAge} }\n` },
    ),
};

/** Whether the source could still write: a short migration is over before an agent without migration events sees it. */
function noticed({ lines }: AgentProcess): string {
  const at = (name: string): number => lines.findLastIndex(({ event }) => event === name);
  const first = at('migration:outgoing');
  return first >= 0 && first < at('guest:stopped') ? 'saw the guest leave' : 'saw only that it had left';
}

/** How long the hand-off has said the same, ms, the ends having spoken all the while. */
async function speakUntilUnchanged(rig: LabRig, speak: () => Promise<unknown>): Promise<number> {
  const begunAtMs = Date.now();
  let [content, sinceMs] = ['', begunAtMs];
  while (Date.now() - sinceMs < unchangedMs) {
    if (Date.now() - begunAtMs > mostMs)
      throw new LabFault(`the hand-off of A changed again and again: ${content}`);
    const nextAtMs = Date.now() + speaksEveryMs;
    await speak();
    const now = await handedContent(rig);
    if (now !== content) [content, sinceMs] = [now, Date.now()];
    await sleep(Math.max(0, nextAtMs - Date.now()));
  }
  return Date.now() - sinceMs;
}

/** What A hands over of the guest's cards, but for the ages and the order they make. */
async function handedContent(rig: LabRig): Promise<string> {
  const snapshots = (await snapshotTexts(rig, 'A')).map((text) => JSON.parse(text) as { nics: unknown });
  return JSON.stringify(snapshots.map(({ nics }) => withoutAges(nics)));
}

function withoutAges(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(withoutAges(each))).sort();
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key]) => key !== 'ageMs');
  return Object.fromEntries(members.map(([key, member]) => [key, withoutAges(member)]));
}
