import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { never } from '../../test/fake-guest.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { LearnerRegistry } from './learner-registry.js';

const TAP = { kind: 'tap', name: 'tap0' } as const;
const failing = (learner: FakeLearner, error: Error): FakeLearner => {
  learner.opening = () => Promise.reject(error);
  return learner;
};

describe('LearnerRegistry', () => {
  it.each<[string, FakeLearner[], string | undefined, string[]]>([
    ['no learner', [], undefined, []],
    [
      'the preferred one, whatever the order',
      [new FakeLearner('bridge', 50), new FakeLearner('bpf', 100)],
      'bpf',
      [],
    ],
    ['the first by name of equals', [new FakeLearner('b', 50), new FakeLearner('a', 50)], 'a', []],
    [
      'the next where one cannot',
      [new FakeLearner('bridge', 50), failing(new FakeLearner('bpf', 100), new Error('no privileges'))],
      'bridge',
      ['HERALD_LEARNER_FAULT bpf cannot learn at tap0: no privileges'],
    ],
    [
      'nobody where none can',
      [
        failing(new FakeLearner('bridge', 50), new Error('gone')),
        failing(new FakeLearner('bpf', 100), new Error('no privileges')),
      ],
      undefined,
      [
        'HERALD_LEARNER_FAULT bpf cannot learn at tap0: no privileges',
        'HERALD_LEARNER_FAULT bridge cannot learn at tap0: gone',
      ],
    ],
  ])('chooses %s', async (_, learners, name, problems) => {
    const opened = await new LearnerRegistry(learners, new FakeClock()).open(TAP);
    expect(opened.learning?.learner).toBe(name);
    expect(opened.problems.map(({ code, message }) => `${code} ${message}`)).toEqual(problems);
  });

  it('asks no learner to open what it does not support, nor one that throws at the question', async () => {
    const [bpf, odd] = [new FakeLearner('bpf', 100), new FakeLearner('odd', 50)];
    odd.claim = () => Promise.reject(new Error('odd'));
    const opened = await new LearnerRegistry([bpf, odd], new FakeClock()).open({
      kind: 'macvtap',
      name: 'tap0',
    });
    expect([opened.learning, bpf.log]).toEqual([undefined, []]);
    expect(opened.problems.map(({ message }) => message)).toEqual([
      'the learner odd cannot say whether it serves port tap0: odd',
    ]);
  });

  it('goes on to the next where one never answers, and closes what that opens too late', async () => {
    const clock = new FakeClock();
    const [slow, next] = [new FakeLearner('slow', 100), new FakeLearner('next', 50)];
    let open = (): void => {};
    slow.opening = () =>
      new Promise<void>((resolve) => {
        open = resolve;
      });
    const opening = new LearnerRegistry([slow, next], clock).open(TAP);
    await clock.advance(10_000);
    expect(await opening).toMatchObject({
      learning: { learner: 'next' },
      problems: [{ code: 'HERALD_TIMEOUT' }],
    });
    open();
    await clock.settle();
    expect(slow.log).toEqual(['open tap0', 'close tap0']);
    expect(clock.pending).toBe(0);
  });

  it('is not held up by a late one that cannot be closed', async () => {
    const clock = new FakeClock();
    const slow = new FakeLearner();
    slow.closing = never;
    slow.opening = () =>
      new Promise((resolve) => {
        clock.setTimer(9000, resolve);
      });
    const opening = new LearnerRegistry([slow], clock).open(TAP);
    await clock.advance(20_000);
    expect((await opening).learning).toBeUndefined();
  });
});
