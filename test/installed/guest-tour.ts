import { type AgentPair, armed } from '../lab/agent-process.js';
import {
  type ArrivalWatch,
  beginMigration,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  watchArrivals,
} from '../lab/guest-move.js';
import { misplacedStations, settleTables } from '../lab/guest-on-host.js';
import { darkStations, reportFaults } from '../lab/herald-checks.js';
import type { LabRig } from '../lab/lab-rig.js';
import type { Measurement } from '../lab/measurement.js';
import type { AtBoth } from '../lab/namespaces.js';
import type { QemuProcess } from '../lab/qemu-process.js';
import type { Station } from '../lab/station.js';
import type { InstalledMachine } from './installed-machine.js';

interface TourParts {
  readonly rig: LabRig;
  readonly machines: AtBoth<InstalledMachine>;
  readonly agents: AgentPair;
  readonly stations: readonly Station[];
  readonly watches: AtBoth<ArrivalWatch>;
}

/** A guest that moves from machine A to B, and later back. */
export class GuestTour {
  readonly faults: string[] = [];
  readonly #parts: TourParts;
  #guest: QemuProcess;

  private constructor(parts: TourParts, guest: QemuProcess) {
    this.#parts = parts;
    this.#guest = guest;
  }

  /** Waits until every table has the guest at A, and probes it there. */
  static async begin(parts: Omit<TourParts, 'watches'>, guest: QemuProcess): Promise<GuestTour> {
    const { rig, stations } = parts;
    await settleTables(rig, guest, 'A', stations);
    const watches = {
      A: await watchArrivals(rig, 'A', stations),
      B: await watchArrivals(rig, 'B', stations),
    };
    await probeSource(rig, watches.A);
    return new GuestTour({ ...parts, watches }, guest);
  }

  /** Moves the guest and measures when it is reached again. */
  async move(to: 'A' | 'B'): Promise<Measurement> {
    const { rig, machines, agents, stations, watches } = this.#parts;
    const since = agents[to].lines.length;
    const runBy = machines[to].besideItsProcesses;
    const suffix = to === 'A' ? '2' : '';
    const destination = await startDestination(rig, to, { suffix, runBy });
    await armed(agents[to], stations.length, since);
    await beginMigration(rig, this.#guest, destination);
    const measurement = await measureReturns(watches[to], await resumeOf(destination));
    this.faults.push(...darkStations(measurement, `to ${to}, `));
    this.faults.push(...(await misplacedStations(rig, to, stations)));
    this.faults.push(...reportFaults(await agents[to].report(), stations));
    await this.#guest.stop();
    this.#guest = destination;
    return measurement;
  }
}
