import { expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import type { DomainDescription } from './domain-xml.js';
import { KnownDescription } from './known-description.js';

const asked = () => {
  const clock = new TestClock();
  const answers: ((machine: string) => void)[] = [];
  const known = new KnownDescription(
    clock,
    () =>
      new Promise((resolve) => {
        answers.push((machine) => resolve({ machine } as DomainDescription));
      }),
  );
  const now = async () => (await known.now({})).machine;
  return { clock, answers, known, now };
};

it('is asked for once in a minute', async () => {
  const { clock, answers, now } = asked();
  const first = now();
  answers[0]?.('one');
  expect([await first, await now()]).toEqual(['one', 'one']);
  clock.advance(60_000);
  const second = now();
  answers[1]?.('two');
  expect(await second).toBe('two');
});

it('is asked for again after a change, also where it was being asked for', async () => {
  const { answers, known, now } = asked();
  const first = now();
  known.forget();
  answers[0]?.('old');
  expect(await first).toBe('old');
  const second = now();
  answers[1]?.('new');
  expect([await second, await now()]).toEqual(['new', 'new']);
  expect(answers).toHaveLength(2);
});
