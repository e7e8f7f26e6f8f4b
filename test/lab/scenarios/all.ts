import type { LabCase } from '../lab-case.js';
import { stationScenarios } from './stations.js';

/** Everything the lab proves, in the order it runs. */
export const labCases: readonly LabCase[] = [...stationScenarios];
