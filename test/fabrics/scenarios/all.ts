import type { FabricCase } from '../fabric-case.js';
import { evpnCases } from './evpn.js';
import { ovnCases } from './ovn.js';

/** Every scenario of the lane, in the order in which they run. */
export const fabricCases: readonly FabricCase[] = [...evpnCases, ...ovnCases];
