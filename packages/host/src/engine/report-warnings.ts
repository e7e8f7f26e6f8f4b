import type { HeraldError } from '@nic-herald/core';
import type { ReportWarning } from '@nic-herald/core/internal';

/** Problems as they stand in a report: each once, the oldest first. */
export const reportWarnings = (problems: readonly HeraldError[]): readonly ReportWarning[] => {
  const distinct = new Map<string, ReportWarning>();
  for (const { code, message } of problems) distinct.set(`${code} ${message}`, { code, message });
  return [...distinct.values()];
};
