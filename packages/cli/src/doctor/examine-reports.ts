import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@nic-herald/core';
import type { SubjectFinding } from './subject-finding.js';

/** Whether reports can be kept in a directory, which an agent makes where it is missing. Makes and writes nothing. */
export const examineReports = async (directory: string): Promise<SubjectFinding> => {
  const subject = 'reports';
  const problem = (why: string): SubjectFinding => ({
    subject,
    level: 'problem',
    what: `${directory} cannot be written to: ${why}`,
    advice: 'look at its rights, or name another with --report-dir',
    code: 'HERALD_REPORT_DIRECTORY',
  });
  try {
    if (!(await stat(directory)).isDirectory()) return problem('it is no directory');
    await access(directory, constants.W_OK | constants.X_OK);
    return { subject, level: 'ok', what: `${directory} can be written to` };
  } catch (error) {
    if (!isMissing(error)) return problem(messageOf(error));
  }
  for (let above = dirname(directory); ; above = dirname(above)) {
    try {
      await access(above, constants.W_OK | constants.X_OK);
      return { subject, level: 'note', what: `${directory} is not there; an agent makes it when it starts` };
    } catch (error) {
      if (!isMissing(error) || above === dirname(above)) return problem(messageOf(error));
    }
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
