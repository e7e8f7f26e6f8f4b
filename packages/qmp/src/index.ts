export { QmpCommands } from './commands/qmp-commands.js';
export type { GuestBackground, GuestStanding, QemuProcess } from './guest/guest-background.js';
export type { GuestIntroduction } from './guest/guest-introduction.js';
export type { GuestSource, NicSource } from './guest/guest-source.js';
export {
  GuestWatch,
  type IntroductionOutcome,
  type WatchSettings,
  type WatchSurroundings,
} from './guest/guest-watch.js';
export type { NicFingerprint } from './guest/nic-fingerprint.js';
export type { Standing } from './guest/standing.js';
export { PollLoop } from './poll-loop.js';
export { isQemuCommandLine, isStartedToWait } from './process/qemu-command-line.js';
export { qmpCommandError } from './transport/qmp-command-error.js';
export { QmpConnection, type QmpConnectionOwner } from './transport/qmp-connection.js';
export { DEFAULT_QMP_LIMITS, type QmpLimits } from './transport/qmp-limits.js';
export { parseQmpReply, type QmpReply } from './transport/qmp-reply.js';
export type {
  CommandOptions,
  QmpEvent,
  QmpEventListener,
  QmpTransport,
} from './transport/qmp-transport.js';
export { pause } from './waiting/pause.js';
export { unlessAborted } from './waiting/unless-aborted.js';
export { WarningGate } from './warning-gate.js';
