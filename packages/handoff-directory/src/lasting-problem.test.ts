import { expect, it } from 'vitest';
import { ManualClock } from '../test/handoff-fixture.js';
import { LastingProblem } from './lasting-problem.js';

it('is news when it begins, after ten minutes, and when it was over in between', () => {
  const clock = new ManualClock();
  const problem = new LastingProblem(clock);
  problem.over();
  expect(problem.isNews()).toBe(true);
  expect(problem.isNews()).toBe(false);
  clock.passed = 599_999;
  expect(problem.isNews()).toBe(false);
  clock.passed = 600_000;
  expect(problem.isNews()).toBe(true);
  expect(problem.isNews()).toBe(false);
  problem.over();
  expect(problem.isNews()).toBe(true);
  expect(problem.isNews()).toBe(false);
});
