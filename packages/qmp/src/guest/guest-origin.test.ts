import { expect, it } from 'vitest';
import type { MigrationStatus } from '../commands/migration-status.js';
import { guestOriginOf } from './guest-origin.js';

const sent = (status: string): MigrationStatus => ({ status, 'total-time': 4 });

// run states and replies as QEMU 7.2.22 gave them
it.each<[string, MigrationStatus, boolean | undefined, string | undefined]>([
  ['inmigrate', {}, undefined, 'incoming'],
  ['inmigrate', { status: 'active' }, false, 'incoming'],
  ['paused', { status: 'completed' }, undefined, 'incoming'],
  ['running', { status: 'completed' }, undefined, 'incoming'],
  ['running', { status: 'active' }, undefined, 'incoming'],
  ['running', { status: 'postcopy-active' }, undefined, 'incoming'],
  ['running', {}, undefined, 'boot'],
  ['running', {}, true, 'boot'], // restored by nobody: it was told to wait, and then loadvm ran
  ['prelaunch', { status: 'none' }, undefined, 'boot'],
  ['running', sent('active'), true, 'incoming'],
  ['running', sent('active'), false, 'boot'],
  ['running', sent('active'), undefined, undefined],
  ['running', { status: 'setup' }, false, 'boot'],
  ['running', { status: 'cancelled' }, true, 'incoming'],
  ['running', { status: 'failed' }, false, 'boot'],
  ['running', { status: 'colo' }, true, 'incoming'],
  ['postmigrate', sent('completed'), true, 'incoming'],
  ['postmigrate', sent('completed'), undefined, undefined],
])('run state %s with %j, -incoming %s: %s', (runState, migration, startedToWait, origin) => {
  expect(guestOriginOf({ runState, migration, mirrors: false, startedToWait })).toBe(origin);
});

it('takes a mirror for one that comes in', () => {
  const clues = { runState: 'running', migration: { status: 'colo' }, startedToWait: undefined };
  expect(guestOriginOf({ ...clues, mirrors: true })).toBe('incoming');
});
