import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { DEFAULT_LIBVIRT_LIMITS } from '../libvirt-limits.js';
import { AliveCheck } from './alive-check.js';

describe('AliveCheck', () => {
  let clock: TestClock;
  let pings: number;
  let dead: number;
  let check: AliveCheck;

  beforeEach(() => {
    clock = new TestClock();
    pings = 0;
    dead = 0;
    check = new AliveCheck(clock, DEFAULT_LIBVIRT_LIMITS, {
      ping: () => {
        pings += 1;
      },
      onDead: () => {
        dead += 1;
      },
    });
    check.start();
  });

  test('finds who says nothing', () => {
    clock.advance(6999);
    expect([pings, dead]).toEqual([1, 0]);
    clock.advance(1);
    expect(dead).toBe(1);
  });

  test('asks nobody who speaks', () => {
    for (let round = 0; round < 20; round += 1) {
      clock.advance(4000);
      check.heard();
    }
    expect(pings).toBe(0);
  });

  test('goes on after an answer', () => {
    for (let round = 1; round < 5; round += 1) {
      while (pings < round) clock.advance(500);
      check.heard();
    }
    clock.advance(2000);
    expect(dead).toBe(0);
    clock.advance(20_000);
    expect(dead).toBe(1);
  });

  test('asks at once where it is told to, and not twice', () => {
    check.now();
    check.now();
    expect(pings).toBe(1);
    clock.advance(2000);
    expect(dead).toBe(1);
  });

  test('takes an answer that is there when its time is noticed', () => {
    check.now();
    const [timer] = clock.timers.splice(0);
    timer?.run(); // late, as the process was held up
    check.heard();
    clock.advance(1);
    expect(dead).toBe(0);
  });

  test('does nothing once it is closed', () => {
    check.close();
    check.now();
    clock.advance(60_000);
    expect([pings, dead, clock.timers.length]).toEqual([0, 0, 0]);
  });
});
