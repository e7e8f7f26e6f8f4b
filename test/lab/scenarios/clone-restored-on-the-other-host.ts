import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unreachedTimes } from '../always-reached.js';
import { migrationCompleted, resumeOf } from '../guest-move.js';
import { bootGuest, misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, type GuestRecipe } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import type { LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { claimsOfAbsent, handedOverAbsent, reportedAbsent } from '../not-here.js';

/** How long nothing of the original may be heard from the clone's host after the clone was restored. */
const watchedMs = 6000;
/** How long the agent has to make ready what it holds to be the guest that comes. */
const armingMs = 3000;

const original = new GuestBuilder()
  .card('virtio')
  .macvlans(2)
  .vlans(10)
  .build('clone-restored-on-the-other-host');

/** With the UUID and the name of the original, and a MAC, a macvlan and an address of its own. */
const clone = ((): GuestRecipe => {
  const built = new GuestBuilder(2).card('virtio').macvlans(1).build('clone');
  const { name, uuid, nics } = original.guest;
  const tap = nics[0]?.tap ?? '';
  return { ...built, guest: { name, uuid, nics: built.guest.nics.map((nic) => ({ ...nic, tap })) } };
})();

/** Arriving is not being the guest that left: to a QEMU a restored clone looks like a migrated guest. */
export const cloneRestoredOnTheOtherHost: LabCase = {
  name: 'clone-restored-on-the-other-host',
  summary:
    'the clone comes to B out of a file, as an incoming migration: nothing of the original is announced there',
  needsAgents: true,
  run: async (context) =>
    withReadyGuest(
      context,
      original,
      async ({ rig, agents, watches }) => {
        const { stations } = original;
        await seenWithAddresses(rig, 'A', stations);
        const absent = { watch: watches.B, stations, addressesOf: stations, whose: 'the original' };
        const restored = await rig.startQemu('B', { guest: clone.guest, incoming: 'defer', suffix: '2' });
        await agents.B.line('guest appeared', ({ event }) => event === 'guest:appeared');
        await sleep(armingMs);
        const fromMs = Date.now();
        await restored.qmp.execute('migrate-incoming', { uri: `exec:cat < ${savedFile(rig)}` });
        const untilMs = (await resumeOf(restored)) + watchedMs;
        const span = { fromMs, untilMs, when: 'the restore began' };

        const faults = await claimsOfAbsent(absent, span);
        faults.push(...(await reportedAbsent(agents.B, absent)), ...(await handedOverAbsent(rig, absent)));
        faults.push(
          ...(await unreachedTimes(watches.A, fromMs, untilMs, { whose: 'the original', ...span })),
        );
        faults.push(...(await misplacedStations(rig, 'A', stations)));
        return { faults };
      },
      { before: saveClone },
    ),
};

/** Before any agent runs, so that none knows the clone. */
async function saveClone(rig: LabRig): Promise<void> {
  const qemu = await bootGuest(rig, 'B', clone);
  await qemu.qmp.execute('migrate', { uri: `exec:cat > ${savedFile(rig)}` });
  await migrationCompleted(qemu);
  await qemu.stop();
}

const savedFile = (rig: LabRig): string => join(rig.sockets, 'clone.saved');
