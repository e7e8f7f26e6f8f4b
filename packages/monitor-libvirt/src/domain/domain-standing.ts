import type { GuestOrigin } from '@nic-herald/core';
import { DOMAIN_STATE, type DomainStanding } from '@nic-herald/libvirt';

const { RUNNING, PAUSED, PM_SUSPENDED, SHUT_OFF } = DOMAIN_STATE;
// virDomainRunningReason and virDomainPausedReason of libvirt-domain.h
const RUNNING_POSTCOPY = 10;
const CAME = new Map<number, GuestOrigin>([
  [1, 'boot'],
  [2, 'incoming'], // migrated
  [3, 'incoming'], // restored
  [RUNNING_POSTCOPY, 'incoming'],
]);
const PAUSED_MIGRATION = 2;
const PAUSED_POSTCOPY = [12, 13];
/** Reasons for which a guest that waits for its migration is paused: unknown, by a user, migration, starting up. */
const PAUSED_STARTING = 11;
const WAITS = [0, 1, PAUSED_MIGRATION, PAUSED_STARTING];

/**
 * QEMU's run state, as far as it matters here, of a domain in this state. `startedToWait`: its QEMU was started to wait
 * for a guest; `undefined` where that cannot be told.
 *
 * A destination is paused until its guest runs, and so is a source for the last moments of a migration: where QEMU was
 * started to wait, it counts as a destination. A guest that came in, ran and was paused since looks the same; it costs one
 * announcement more when it goes on. A source is paused for post-copy while its guest runs elsewhere.
 */
export const runStateOf = ({ state, reason }: DomainStanding, startedToWait: boolean | undefined): string => {
  if (state === RUNNING) return 'running';
  if (state === PM_SUSPENDED) return 'suspended'; // it wakes up without a RESUME
  if (state !== PAUSED) return 'paused';
  if (PAUSED_POSTCOPY.includes(reason)) return 'postmigrate';
  const mayWait = startedToWait ?? reason === PAUSED_MIGRATION;
  return mayWait && WAITS.includes(reason) ? 'inmigrate' : 'paused';
};

/** How QEMU came by its guest, by its command line, else by the reason why it runs. */
export const originOf = (
  { state, reason }: DomainStanding,
  startedToWait: boolean | undefined,
): GuestOrigin | undefined => {
  if (startedToWait !== undefined) return startedToWait ? 'incoming' : 'boot';
  if (state === PAUSED && reason === PAUSED_MIGRATION) return 'incoming';
  return state === RUNNING ? CAME.get(reason) : undefined;
};

/** Whether it has no QEMU any more. */
export const isShutOff = ({ state }: DomainStanding): boolean => state === SHUT_OFF;

/** Whether its memory is still on the way while it runs. */
export const isInPostCopy = ({ state, reason }: DomainStanding): boolean =>
  state === RUNNING && reason === RUNNING_POSTCOPY;

/** Whether libvirt is just starting its QEMU, be it for a guest that comes in or for one that boots. */
export const isStarting = ({ state, reason }: DomainStanding): boolean =>
  state === PAUSED && reason === PAUSED_STARTING;

/** Whether it is about to come in, by libvirt's word and QEMU's alone. `told`: QEMU told of a migration. */
export const comesIn = (standing: DomainStanding, told: boolean): boolean =>
  isStarting(standing) ? told : standing.state === PAUSED && standing.reason === PAUSED_MIGRATION;
