import { DEFAULT_ANNOUNCE_TIMING } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { outlastingQemu } from './outlasting-qemu.js';

describe('outlastingQemu', () => {
  it.each([
    ['leaves a timing without rounds', { ...DEFAULT_ANNOUNCE_TIMING, rounds: 0 }, 0],
    ['adds one round to the default timing, at 1250 ms', DEFAULT_ANNOUNCE_TIMING, 6],
    ['adds rounds to a short one', { ...DEFAULT_ANNOUNCE_TIMING, rounds: 1 }, 6],
    ['leaves one that lasts longer', { ...DEFAULT_ANNOUNCE_TIMING, rounds: 9 }, 9],
    ['ends where rounds have no pause', { initialMs: 0, maxMs: 0, rounds: 5, stepMs: 1 }, 1000],
  ])('%s', (_, timing, rounds) => {
    expect(outlastingQemu(timing)).toEqual({ ...timing, rounds });
  });
});
