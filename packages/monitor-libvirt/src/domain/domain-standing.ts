import type { GuestOrigin } from '@nic-herald/core';

/** What libvirt says of a domain's state: numbers of its `virDomainState`, and of the reasons for each. */
export interface DomainState {
  readonly state: number;
  readonly reason: number;
}

// virDomainState, virDomainRunningReason and virDomainPausedReason of libvirt-domain.h
const RUNNING = 1;
const PAUSED = 3;
const CAME = new Map<number, GuestOrigin>([
  [1, 'boot'],
  [2, 'incoming'], // migrated
  [3, 'incoming'], // restored
  [10, 'incoming'], // post-copy
]);
const PAUSED_MIGRATION = 2;
const PAUSED_POSTCOPY = [12, 13];
/** Reasons for which a guest that waits for its migration is paused: unknown, by a user, migration, starting up. */
const WAITS = [0, 1, PAUSED_MIGRATION, 11];

/**
 * QEMU's run state, as far as it matters here, of a domain in this state. `startedToWait`: its QEMU was started to wait
 * for a guest; `undefined` where that cannot be told.
 *
 * A destination is paused until its guest runs, and so is a source for the last moments of a migration: where QEMU was
 * started to wait, it counts as a destination. A guest that came in, ran and was paused since looks the same; it costs one
 * announcement more when it goes on. A source is paused for post-copy while its guest runs elsewhere.
 */
export const runStateOf = ({ state, reason }: DomainState, startedToWait: boolean | undefined): string => {
  if (state === RUNNING) return 'running';
  if (state !== PAUSED) return 'paused';
  if (PAUSED_POSTCOPY.includes(reason)) return 'postmigrate';
  const mayWait = startedToWait ?? reason === PAUSED_MIGRATION;
  return mayWait && WAITS.includes(reason) ? 'inmigrate' : 'paused';
};

/** How QEMU came by its guest, by its command line, else by the reason why it runs. */
export const originOf = (
  { state, reason }: DomainState,
  startedToWait: boolean | undefined,
): GuestOrigin | undefined => {
  if (startedToWait !== undefined) return startedToWait ? 'incoming' : 'boot';
  if (state === PAUSED && reason === PAUSED_MIGRATION) return 'incoming';
  return state === RUNNING ? CAME.get(reason) : undefined;
};
