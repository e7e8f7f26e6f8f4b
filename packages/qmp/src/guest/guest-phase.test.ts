import { expect, it } from 'vitest';
import { guestPhaseOf } from './guest-phase.js';

// run states and replies as QEMU 7.2.22 gave them
it.each([
  ['inmigrate', {}, 'incoming'],
  ['inmigrate', { status: 'active' }, 'incoming'],
  ['paused', { status: 'completed' }, 'incoming'],
  ['prelaunch', { status: 'completed' }, 'incoming'],
  ['running', {}, 'running'],
  ['running', { status: 'completed' }, 'running'],
  ['running', { status: 'active', 'total-time': 12 }, 'running'],
  ['postmigrate', { status: 'completed', 'total-time': 24 }, 'migrated-away'],
  ['prelaunch', {}, 'paused'],
  ['paused', { status: 'active', 'total-time': 4 }, 'paused'],
  ['paused', { status: 'completed', 'total-time': 4 }, 'paused'],
  ['finish-migrate', { status: 'device', 'total-time': 4 }, 'paused'],
  ['shutdown', {}, 'paused'],
  ['running', { status: 'completed', 'total-time': 4 }, 'running'],
  ['running', { status: 'cancelled' }, 'running'],
  ['running', { status: 'failed' }, 'running'],
  ['running', { status: 'postcopy-active' }, 'running'],
  ['running', { status: 'colo' }, 'running'],
  ['colo', { status: 'colo' }, 'paused'],
])('run state %s with %j means %s', (runState, migration, phase) => {
  expect(guestPhaseOf(runState, migration)).toBe(phase);
});

it.each(['running', 'colo', 'paused', 'inmigrate'])(
  'a mirror whose run state is %s is incoming',
  (runState) => {
    expect(guestPhaseOf(runState, { status: 'colo' }, true)).toBe('incoming');
  },
);
