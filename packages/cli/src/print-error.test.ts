import { HeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from './exit-code.js';
import { errorLines } from './print-error.js';

const cause = new Error('EACCES: permission denied');
const usage = new HeraldError('HERALD_USAGE', 'say more');
const sink = new HeraldError('HERALD_SINK_UNAVAILABLE', 'no BPF', { cause });

describe('an error', () => {
  it.each([
    ['of our own has its code', usage, ['nic-herald: say more (HERALD_USAGE)'], EXIT.usage],
    [
      'tells what lies beneath',
      sink,
      ['nic-herald: no BPF (HERALD_SINK_UNAVAILABLE)', '  caused by: EACCES: permission denied'],
      EXIT.cannotRunHere,
    ],
    [
      'is not told twice',
      new HeraldError('HERALD_QMP_CONNECT', 'cannot connect: EACCES: permission denied; be root', { cause }),
      ['nic-herald: cannot connect: EACCES: permission denied; be root (HERALD_QMP_CONNECT)'],
      EXIT.failure,
    ],
    ['of anything else is told in its words', cause, ['nic-herald: EACCES: permission denied'], EXIT.failure],
    ['that is no Error is told as it stands', 'boo', ['nic-herald: boo'], EXIT.failure],
    [
      'that is several is told one by one',
      new AggregateError([usage, cause]),
      ['nic-herald: say more (HERALD_USAGE)', 'nic-herald: EACCES: permission denied'],
      EXIT.usage,
    ],
    [
      'cannot drive the terminal',
      new Error('a\x1b[31mb\nc'),
      ['nic-herald: a\\x1b[31mb\\x0ac'],
      EXIT.failure,
    ],
  ])('%s', (_, error, lines, status) => {
    expect(errorLines(error)).toEqual(lines);
    expect(exitCodeOf(error)).toBe(status);
  });

  it('with endless causes ends', () => {
    const loop = new Error('again');
    loop.cause = loop;
    expect(errorLines(loop)).toEqual(['nic-herald: again']);
  });
});
