import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { BatchScheduling } from './batch-scheduling.js';

const OTHER = 0;
const BATCH = 3;
const IDLE = 5;

/** The policy of this thread, as proc(5) has it. */
const policy = (): number => {
  const [, fields = ''] = /^\d+ \(.*\) (.*)$/s.exec(readFileSync('/proc/thread-self/stat', 'utf8')) ?? [];
  return Number(fields.split(' ')[38]);
};
const threadId = (): number =>
  Number(/^Pid:\s+(\d+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1]);
const choose = (name: string): void => {
  execFileSync('chrt', [`--${name}`, '--pid', '0', `${threadId()}`]);
};

describe.runIf(process.platform === 'linux')('BatchScheduling', () => {
  afterEach(() => choose('other'));

  it('lasts from begin to end, however often each is said', () => {
    const scheduling = new BatchScheduling();
    scheduling.end();
    expect(policy()).toBe(OTHER);
    scheduling.begin();
    scheduling.begin();
    expect(policy()).toBe(BATCH);
    scheduling.end();
    scheduling.end();
    expect(policy()).toBe(OTHER);
  });

  it('leaves a policy that somebody has chosen', () => {
    choose('idle');
    const scheduling = new BatchScheduling();
    scheduling.begin();
    expect(policy()).toBe(IDLE);
    scheduling.end();
    expect(policy()).toBe(IDLE);
  });

  it('leaves one that was chosen meanwhile', () => {
    const scheduling = new BatchScheduling();
    scheduling.begin();
    choose('idle');
    scheduling.end();
    expect(policy()).toBe(IDLE);
  });
});
