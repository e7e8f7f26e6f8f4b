import { sampleReport } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { finishedAt, parseReportFileName, reportFileName, timeInName } from './report-file-name.js';

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const report = (name: string) => sampleReport({ guest: { name }, epoch: 3 });

describe('the name of a report', () => {
  it.each([
    ['a plain name', 'web-1', 'web-1-e3-migration-20260102T030405678Z.json'],
    ['a name that is a path', '../../etc/passwd', '_._.._etc_passwd-e3-migration-20260102T030405678Z.json'],
    ['a name that hides', '.web', '_web-e3-migration-20260102T030405678Z.json'],
    ['a name of control characters', 'a\n\0b', 'a__b-e3-migration-20260102T030405678Z.json'],
    ['a very long name', 'x'.repeat(256), `${'x'.repeat(80)}-e3-migration-20260102T030405678Z.json`],
  ])('of a guest with %s', (_, name, file) => {
    expect(reportFileName(report(name), at)).toBe(file);
    expect(parseReportFileName(file)).toEqual({
      file,
      guest: file.split('-e3-')[0],
      time: '20260102T030405678Z',
    });
  });

  it('of a copy has its number, and is read as well', () => {
    const file = reportFileName(report('web'), at, 17);
    expect(file).toBe('web-e3-migration-20260102T030405678Z-17.json');
    expect(parseReportFileName(file)).toMatchObject({ guest: 'web' });
  });

  it.each([0, at, Date.UTC(2024, 1, 29, 23, 59, 59, 999)])('tells the time %d', (time) => {
    expect(finishedAt({ time: timeInName(time) })).toBe(time);
  });

  it('has a time even of a clock that is far off', () => {
    expect(timeInName(8.64e15)).toBe('99991231T235959999Z');
    expect(timeInName(-8.64e15)).toBe('00000101T000000000Z');
  });

  it.each([
    'notes.txt',
    'web-e3-migration.json',
    'web-e3-notes-20260102T030405678Z.json',
    '-e3-migration-20260102T030405678Z.json',
    'web-e3-migration-20260102T030405678Z.json.bak',
    'web-e3-migration-20260102T030405678Z-x.json',
    '.web-e3-migration-20260102T030405678Z.json.1-ab.tmp',
    `${'x'.repeat(81)}-e3-migration-20260102T030405678Z.json`,
    'index.jsonl',
  ])('%s is none', (file) => {
    expect(parseReportFileName(file)).toBeUndefined();
  });
});
