import { fabricCases } from './fabric-case.js';
import type { KernelCase } from './kernel-case.js';
import { learnerCase } from './learner-case.js';
import { limitCases } from './limit-case.js';
import { triggerCase } from './trigger-case.js';

export const allCases: readonly KernelCase[] = [triggerCase, learnerCase, ...limitCases, ...fabricCases];
