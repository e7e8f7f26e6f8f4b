import { withRig } from '../staged/staged-rig.js';
import { compilePrograms } from '../staged/compiled-programs.js';
import { startIdleGuests, introduceThemselves } from './idle-guests.js';
import { writeFileSync } from 'node:fs';
await compilePrograms();
const count = Number(process.argv[2] ?? 200);
await withRig({ directory: '/tmp/mm/rig', taps: count, apart: true, inMemory: true }, async (rig) => {
  const qemus = await startIdleGuests(rig, { count, card: (process.argv[3] ?? 'virtio-net-pci') as never, events: process.argv[4] !== 'noevents' });
  writeFileSync('/tmp/mm/rig.env', `NS=${rig.namespace('A')}\nQMP='${rig.socket('A', '*')}'\n`);
  console.log('up');
  for (;;) { await new Promise((r) => setTimeout(r, 5000)); await introduceThemselves(qemus); }
});
