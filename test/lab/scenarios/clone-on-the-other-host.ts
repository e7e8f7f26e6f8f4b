import { unreachedTimes } from '../always-reached.js';
import { bootGuest, misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, type GuestRecipe } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import type { LabCase } from '../lab-case.js';
import { claimsOfAbsent, handedOverAbsent, reportedAbsent } from '../not-here.js';

/** How long nothing of the original may be heard from the clone's host after the clone has booted. */
const watchedMs = 6000;

/** Copied with its UUID and its name, as a template is that nobody made unique; only the MAC is new. */
function cloneOf({ guest }: GuestRecipe): GuestRecipe {
  const nics = guest.nics.map((nic) => ({ ...nic, mac: '52:54:00:c1:00:01' }));
  return { guest: { ...guest, nics }, setUp: ['ip link set eth0 up'], stations: [] };
}

/** A clone is another guest, whatever its UUID says: what the original handed over is not the clone's. */
export const cloneOnTheOtherHost: LabCase = {
  name: 'clone-on-the-other-host',
  summary:
    'a clone with the UUID and the name of a guest on A boots on B: nothing of the original is announced there',
  needsAgents: true,
  run: async (context) => {
    const original = new GuestBuilder().card('virtio').macvlans(2).vlans(10).build('clone-on-the-other-host');
    return withReadyGuest(context, original, async ({ rig, agents, watches }) => {
      const { stations } = original;
      await seenWithAddresses(rig, 'A', stations);
      const absent = { watch: watches.B, stations, addressesOf: stations, whose: 'the original' };
      const fromMs = Date.now();
      await bootGuest(rig, 'B', cloneOf(original));
      const span = { fromMs, untilMs: Date.now() + watchedMs, when: 'the clone started' };

      const faults = await claimsOfAbsent(absent, span);
      await agents.B.line('guest appeared', ({ event }) => event === 'guest:appeared', 1000);
      faults.push(...(await reportedAbsent(agents.B, absent)), ...(await handedOverAbsent(rig, absent)));
      faults.push(
        ...(await unreachedTimes(watches.A, span.fromMs, span.untilMs, { whose: 'the original', ...span })),
      );
      faults.push(...(await misplacedStations(rig, 'A', stations)));
      return { faults };
    });
  },
};
