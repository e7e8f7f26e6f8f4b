import picocolors from 'picocolors';
import { labelled } from '../inspect/text-block.js';
import type { Finding } from './examine-machine.js';

/** The findings as a person reads them, with the verdict last. */
export const renderFindings = (
  findings: readonly Finding[],
  options: { readonly color: boolean },
): string => {
  const { green, red, dim, bold } = picocolors.createColors(options.color);
  const paint = { ok: green, missing: red, note: dim };
  const mark = { ok: 'ok', missing: 'no', note: '--' };
  const lines = findings.flatMap(({ subject, state, text }) =>
    labelled(subject, text).map((line, index) => `${index === 0 ? paint[state](mark[state]) : '  '}${line}`),
  );
  const missing = findings.filter(({ state }) => state === 'missing').map(({ subject }) => subject);
  const verdict =
    missing.length === 0
      ? "nic-herald can run here. It must run in the network namespace of the guests' taps."
      : `nic-herald cannot run here: see ${missing.join(', ')}.`;
  return `${[...lines, '', bold(verdict)].join('\n')}\n`;
};
