import { describe, expect, it } from 'vitest';
import { isStillProcess, parseBootTime, parseStartTicks, processIncarnation } from './process-incarnation.js';

/** As Linux 6.1 wrote it, with another name and the start in field 22. */
const stat = (name: string, ticks = '8213') =>
  `4711 (${name}) S 1 4711 4711 0 -1 4194560 9 0 0 0 1 2 0 0 20 0 3 0 ${ticks} 1048576 99 18446744073709551615 1 1 0\n`;

describe('parseStartTicks', () => {
  it.each<[string, string, number | undefined]>([
    ['an ordinary name', stat('qemu-system-x86'), 8213],
    ['a name with blanks', stat('a b c'), 8213],
    ['a name that looks like the fields behind it', stat('x) S 1 (2 3) R'), 8213],
    ['a name of parentheses', stat('))))'), 8213],
    ['no name', stat(''), 8213],
    ['a process as old as the system', stat('init', '0'), 0],
    ['nothing', '', undefined],
    ['a text cut off', stat('x').slice(0, 40), undefined],
    ['no parentheses', '4711 x S 1', undefined],
    ['a number that is none', stat('x', '-1'), undefined],
    ['a number too large to count with', stat('x', '99999999999999999'), undefined],
  ])('reads %s', (_what, text, ticks) => {
    expect(parseStartTicks(text)).toBe(ticks);
  });
});

describe('parseBootTime', () => {
  it.each<[string, string, number | undefined]>([
    ['the line among others', 'cpu  1 2\nintr 7\nctxt 1\nbtime 1795416501\nprocesses 3\n', 1_795_416_501_000],
    ['no such line', 'cpu  1 2\n', undefined],
    ['a line that only looks like it', 'xbtime 7\nbtime x\n', undefined],
    ['nothing', '', undefined],
  ])('reads %s', (_what, text, bootedAt) => {
    expect(parseBootTime(text)).toBe(bootedAt);
  });
});

describe.skipIf(process.platform !== 'linux')('processIncarnation', () => {
  it('knows this process, always by the same numbers, and when it started', async () => {
    const start = await processIncarnation(process.pid);
    expect(start).toEqual(await processIncarnation(process.pid));
    expect(start?.pid).toBe(process.pid);
    expect(start?.bootId).toMatch(/^[0-9a-f-]{36}$/);
    const began = Date.now() - process.uptime() * 1000;
    expect(Math.abs((start?.startedAt ?? 0) - began)).toBeLessThan(5000); // the whole second, and Node's own start
  });

  it('tells it from its parent', async () => {
    const [own, parent] = await Promise.all([process.pid, process.ppid].map(processIncarnation));
    expect(own?.bootId).toBe(parent?.bootId);
    expect(own?.startTicks).toBeGreaterThanOrEqual(parent?.startTicks ?? Number.POSITIVE_INFINITY);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 40])('knows nothing of process %d', async (pid) => {
    expect(await processIncarnation(pid)).toBeUndefined();
  });
});

describe('isStillProcess', () => {
  it.each<[string, object, boolean]>([
    ['the same', {}, true],
    ['one that started at another time', { startTicks: 1 }, false],
    ['one of another boot', { bootId: 'f00' }, false],
    ['one that has ended', { pid: 2 ** 30 }, false],
    ['no process', { pid: -1 }, false],
  ])('tells %s', async (_, over, is) => {
    const self = await processIncarnation(process.pid);
    if (self === undefined) throw new TypeError('there is no /proc here');
    expect(await isStillProcess({ ...self, ...over })).toBe(is);
  });
});
