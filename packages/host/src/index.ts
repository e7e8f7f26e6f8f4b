export { type ComposeOptions, composeHost } from './compose-host.js';
export type { ComposedHost } from './composed-host.js';
export { describePlugins } from './describe-plugins.js';
export { rarpKind } from './kinds/rarp-kind.js';
export { encodeBatch } from './plan/frame-batch.js';
export type { NicEvidence } from './plan/nic-evidence.js';
export { type PlannedNic, planNic } from './plan/plan-nic.js';
export type { PlanRules } from './plan/plan-rules.js';
export { roundPause } from './plan/round-pause.js';
