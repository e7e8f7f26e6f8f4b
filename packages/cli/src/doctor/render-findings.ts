import picocolors from 'picocolors';
import { WIDTH, wrapped } from '../inspect/text-block.js';
import { printable } from '../printable.js';
import type { SubjectFinding } from './subject-finding.js';

const MARKS = { ok: 'ok', problem: 'no', note: '--' };
const MOST_LABEL = 24;

/** The findings as a person reads them, with the verdict last. */
export const renderFindings = (
  findings: readonly SubjectFinding[],
  options: { readonly color: boolean },
): string => {
  const { green, red, dim, bold } = picocolors.createColors(options.color);
  const paint = { ok: green, problem: red, note: dim };
  const label = Math.min(MOST_LABEL, Math.max(...findings.map(({ subject }) => subject.length)));
  const lines = findings.flatMap((finding) =>
    wrapped(printable(sentence(finding)), WIDTH - label - 6).map((line, index) =>
      index === 0
        ? `${paint[finding.level](MARKS[finding.level])}  ${printable(finding.subject).padEnd(label)}  ${line}`
        : `${' '.repeat(label + 6)}${line}`,
    ),
  );
  const problems = findings.filter(({ level }) => level === 'problem').map(({ subject }) => subject);
  const verdict =
    problems.length === 0
      ? "nic-herald can run here. It must run in the network namespace of the guests' taps."
      : `nic-herald cannot do all its work here: see ${[...new Set(problems)].map(printable).join(', ')}.`;
  return `${[...lines, '', bold(verdict)].join('\n')}\n`;
};

const sentence = ({ what, advice, code }: SubjectFinding): string =>
  `${what}${advice === undefined ? '' : `: ${advice}`}${code === undefined ? '' : ` (${code})`}`;
