import { join } from 'node:path';
import { buildGuestImage } from './guest-image.js';
import { reapDeadNetworks, removeNetwork } from './namespaces.js';
import { stationScenarios } from './scenarios/stations.js';
import { runTrial } from './station-trial.js';

const cache = join(import.meta.dirname, '../../.cache/lab');
const image = await buildGuestImage(cache);
await reapDeadNetworks();
for (const name of process.argv.slice(2)) {
  const scenario = stationScenarios.find((each) => each.name === name);
  if (!scenario) throw new Error(name);
  const t = Date.now();
  try {
    const trial = await runTrial({ image, scenario, directory: join(cache, 'runs', name, 'qemu-alone') });
    console.log(name, `${trial.measurement.dark}/${scenario.recipe.stations.length}`, 'want', scenario.darkWithQemuAlone, trial.measurement.lastBackMs, Date.now() - t, 'ms');
  } catch (e) { console.log(name, e, Date.now() - t); }
}
await removeNetwork();
